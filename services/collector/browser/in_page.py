"""What runs inside a page: asking for answers as the page itself would, with its cookies and its signing."""

FETCH = """
async ({urls, limit, timeout}) => {
  const read = async response => {
    const parts = [], reader = response.body ? response.body.getReader() : null;
    for (let size = 0; reader;) {
      const {done, value} = await reader.read();
      if (done) break;
      if ((size += value.length) > limit) { reader.cancel(); throw new RangeError("too large"); }
      parts.push(value);
    }
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    parts.reduce((place, part) => (all.set(part, place), place + part.length), 0);
    try {
      return {text: new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(all)};
    } catch {
      let binary = "";
      for (let place = 0; place < all.length; place += 32768)
        binary += String.fromCharCode(...all.subarray(place, place + 32768));
      return {base64: btoa(binary)};
    }
  };
  const answers = [], signal = AbortSignal.timeout(timeout);
  for (const url of urls) {
    try {
      const answer = await fetch(url, {credentials: "include", redirect: "manual", signal});
      const body = await read(answer);
      const headers = JSON.stringify([...answer.headers]);
      answers.push({url: answer.url || url, status: answer.status, headers, ...body});
    } catch (error) {
      answers.push({url, error: error.name});
      break;
    }
  }
  return answers;
}
"""
"""Takes {urls, limit (bytes), timeout (ms)}; gives [{url, status, headers (JSON of pairs), text or base64} or
{url, error}], in order.

`text` where the body is UTF-8, which encoded again is the same bytes; base64 is for others. Neither is made by way of a
Blob, which would live in the browser's own process and cost it more than the request.

One request at a time, and none after one that failed. A redirect is not followed and has status 0.
"""
