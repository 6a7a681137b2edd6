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
    return new Promise(resolve => {
      const file = new FileReader();
      file.onload = () => resolve(file.result.split(",")[1] || "");
      file.readAsDataURL(new Blob(parts));
    });
  };
  const answers = [], signal = AbortSignal.timeout(timeout);
  for (const url of urls) {
    try {
      const answer = await fetch(url, {credentials: "include", redirect: "manual", signal});
      const body = await read(answer);
      answers.push({url: answer.url || url, status: answer.status, headers: Object.fromEntries(answer.headers), body});
    } catch (error) {
      answers.push({url, error: error.name});
      break;
    }
  }
  return answers;
}
"""
"""Takes {urls, limit (bytes), timeout (ms)}; gives [{url, status, headers, body (base64)} or {url, error}], in order.

One request at a time, and none after one that failed. A redirect is not followed and has status 0.
"""
