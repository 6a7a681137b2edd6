-- What Grafana may read of xunjian's PostgreSQL, and the role it reads with. Run it as the owner of xunjian's tables who
-- may make roles (or as a superuser), and again after every update of the program; it changes nothing in the tables:
--     psql "$DATABASE" -v ON_ERROR_STOP=1 -f grafana.sql
--     psql "$DATABASE" -c '\password xunjian_grafana'
-- Functions and not views: tables that a view hangs on can be neither restored nor altered. They run with their owner's
-- rights, so that the role needs none on the tables, whose rows hold the names and telephone numbers of contacts.

BEGIN;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'xunjian_grafana') THEN
        CREATE ROLE xunjian_grafana LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 10;
    END IF;
END $$;
ALTER ROLE xunjian_grafana SET default_transaction_read_only = on;
ALTER ROLE xunjian_grafana SET statement_timeout = '30s';

DROP SCHEMA IF EXISTS xunjian_grafana CASCADE;
CREATE SCHEMA xunjian_grafana;

-- The name of a matter, as shared/mark.py makes it.
CREATE FUNCTION xunjian_grafana.matter(VARIADIC parts text[]) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT left(encode(sha256(convert_to(array_to_string(parts, E'\x1f'), 'UTF8')), 'hex'), 32)
$$;

-- A region as the gauges name it (shared/storage/census.py).
CREATE FUNCTION xunjian_grafana.region(written text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(left(trim(regexp_replace(translate(written, '`', ''''), '\s+', ' ', 'g')), 60), ''), '未填')
$$;

-- What people wrote on the lists: of each matter the newest word on each thing.
CREATE FUNCTION xunjian_grafana.marks() RETURNS TABLE (matter text, marked text, deadline text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET jit = off SET work_mem = '64MB' AS $$
    SELECT matter, (array_agg(state ORDER BY id DESC) FILTER (WHERE state IS NOT NULL))[1],
        nullif((array_agg(deadline ORDER BY id DESC) FILTER (WHERE deadline IS NOT NULL))[1], '')
    FROM mark GROUP BY matter
$$;

-- Every finding that holds now, whether it may be told or not.
CREATE FUNCTION xunjian_grafana.matters() RETURNS TABLE (
    key text, number text, rule text, indicator text, severity text, state text, sentence text, measured text,
    threshold text, needs_confirmation boolean, since timestamptz, marked text, deadline text, url text
) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET jit = off SET work_mem = '64MB' AS $$
    SELECT f.key, upper(left(f.fingerprint, 8)), f.rule, b.indicator, f.severity, b.state, b.sentence, b.measured,
        b.threshold, b.needs_confirmation, f.opened_at, coalesce(m.marked, '待核实'), m.deadline,
        (SELECT e->>'url' FROM json_array_elements(b.evidence) e
         WHERE e->>'post_id' <> '' AND e->>'url' ~* '^https?://' LIMIT 1)
    FROM finding f
    CROSS JOIN LATERAL json_to_record(replace(f.body, '\u0000', '\ufffd')::json) AS b(
        indicator text, subject text, state text, sentence text, measured text, threshold text,
        needs_confirmation boolean, evidence json
    )
    LEFT JOIN xunjian_grafana.marks() m ON m.matter = xunjian_grafana.matter(f.key, f.rule, b.indicator, b.subject)
    WHERE f.closed_at IS NULL
$$;

-- Every account of the ledger and where it stands, as `xunjian list` tells it: who was never judged is waiting, and
-- what was proved has lapsed when the analyzer is an hour late to look at it again. `deadline`: the nearest one that a
-- person set for a matter that is neither mended nor untrue.
CREATE FUNCTION xunjian_grafana.accounts() RETURNS TABLE (
    key text, platform text, name text, unit text, supervisor text, region text, state text, why text,
    since timestamptz, newest_post_at timestamptz, proved_at timestamptz, deadline text, url text
) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET jit = off SET work_mem = '64MB' AS $$
    WITH due AS (
        SELECT key, min(deadline) AS deadline FROM xunjian_grafana.matters()
        WHERE marked NOT IN ('已整改', '不属实') GROUP BY key
    ), stood AS (
        SELECT a.key, a.platform, a.body, a.since AS filed_at, a.cancelled, s.since, s.why, s.newest_post_at,
            s.proved_at, s.check_at,
            s.check_at < now() - interval '1 hour' IS TRUE AND NOT a.cancelled AS lapsed,
            CASE WHEN a.cancelled THEN 'cancelled'
                 WHEN s.check_at < now() - interval '1 hour' THEN 'unverified'
                 ELSE coalesce(s.state, 'waiting') END AS state
        FROM account a LEFT JOIN standing s ON s.key = a.key AND s.until IS NULL
        WHERE a.until IS NULL AND NOT a.removed
    )
    SELECT s.key, s.platform, b.name, b.unit, b.supervisor, xunjian_grafana.region(b.region), s.state,
        CASE WHEN s.cancelled THEN '台账登记为已注销' WHEN lapsed THEN '分析未进行' ELSE coalesce(s.why, '尚未核查') END,
        CASE WHEN s.cancelled THEN s.filed_at WHEN lapsed THEN s.check_at ELSE coalesce(s.since, s.filed_at) END,
        s.newest_post_at, s.proved_at, least(due.deadline, m.deadline),
        CASE WHEN b.url ~* '^https?://' THEN b.url END
    FROM stood s
    CROSS JOIN LATERAL json_to_record(replace(s.body, '\u0000', '\ufffd')::json) AS b(
        name text, unit text, supervisor text, region text, url text
    )
    LEFT JOIN due ON due.key = s.key
    LEFT JOIN xunjian_grafana.marks() m ON m.marked IS DISTINCT FROM '已整改' AND m.marked IS DISTINCT FROM '不属实'
        AND m.matter = CASE WHEN s.state IN ('gone', 'unverified', 'waiting') THEN
            xunjian_grafana.matter(s.key, 'unverified', coalesce(
                to_char(s.proved_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
                || CASE WHEN date_trunc('second', s.proved_at) = s.proved_at THEN ''
                        ELSE to_char(s.proved_at AT TIME ZONE 'UTC', '.US') END || '+00:00', ''))
            END
$$;

-- What may be told of them, as the weekly list does: while an account cannot be verified, or is cancelled, nobody says
-- that it is silent.
CREATE FUNCTION xunjian_grafana.findings() RETURNS TABLE (
    key text, platform text, name text, unit text, region text, number text, rule text, indicator text, severity text,
    sentence text, measured text, threshold text, needs_confirmation boolean, since timestamptz, marked text,
    deadline text, url text
) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET jit = off SET work_mem = '64MB' AS $$
    SELECT a.key, a.platform, a.name, a.unit, a.region, m.number, m.rule, m.indicator, m.severity, m.sentence,
        m.measured, m.threshold, m.needs_confirmation, m.since, m.marked, m.deadline, coalesce(m.url, a.url)
    FROM xunjian_grafana.matters() m JOIN xunjian_grafana.accounts() a ON a.key = m.key
    WHERE m.severity <> 'unverified'
        AND (coalesce(m.state, '') NOT IN ('zombie', 'overdue', 'near')
             OR a.state NOT IN ('gone', 'unverified', 'waiting', 'cancelled'))
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA xunjian_grafana FROM PUBLIC;
GRANT USAGE ON SCHEMA xunjian_grafana TO xunjian_grafana;
GRANT EXECUTE ON FUNCTION xunjian_grafana.accounts(), xunjian_grafana.findings() TO xunjian_grafana;

COMMIT;
