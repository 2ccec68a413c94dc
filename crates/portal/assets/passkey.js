// Passkeys: asks for a challenge, lets the browser answer it, and sends the answer with the form. Where the browser has
// no passkeys of this address the forms stay hidden, and passwords do the same.
'use strict';
(() => {
  const forms = document.querySelectorAll('form[data-passkey]');
  const works = 'PublicKeyCredential' in window && navigator.credentials;
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), one => one.charCodeAt(0));
  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const opened = list => (list ?? []).map(one => ({ ...one, id: bytes(one.id) }));

  const create = async options => {
    const user = { ...options.user, id: bytes(options.user.id) };
    const made = await navigator.credentials.create({ publicKey: { ...options, user,
      challenge: bytes(options.challenge), excludeCredentials: opened(options.excludeCredentials) } });
    const { attestationObject, clientDataJSON } = made.response;
    return { id: made.id, rawId: text(made.rawId), type: made.type, response: {
      attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) } };
  };
  const get = async options => {
    const made = await navigator.credentials.get({ publicKey: { ...options,
      challenge: bytes(options.challenge), allowCredentials: opened(options.allowCredentials) } });
    const { authenticatorData, clientDataJSON, signature, userHandle } = made.response;
    return { id: made.id, rawId: text(made.rawId), type: made.type, response: {
      authenticatorData: text(authenticatorData), clientDataJSON: text(clientDataJSON), signature: text(signature),
      userHandle: userHandle && userHandle.byteLength ? text(userHandle) : null } };
  };

  const send = async form => {
    // What is chosen beside the button is confirmed with it.
    for (const field of form.querySelectorAll('[data-chosen]')) {
      field.value = document.querySelector(`[name="${field.dataset.chosen}"]:checked`)?.value ?? '';
    }
    const asked = await fetch(form.dataset.options, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    const told = await asked.json();
    if (!asked.ok) { throw Object.assign(new Error('refused'), { words: told.error.message }); }
    const made = await (form.dataset.passkey === 'create' ? create : get)(told.publicKey);
    form.elements.challenge_id.value = told.challenge_id;
    form.elements.credential.value = JSON.stringify(made);
    // Passwords have done their part with the challenge.
    for (const field of form.querySelectorAll('[type="password"]')) { field.disabled = true; }
    form.submit();
  };
  const words = (form, error) => {
    if (error.words) { return error.words; }
    return ['NotAllowedError', 'AbortError'].includes(error.name) ? form.dataset.cancelled : form.dataset.failed;
  };

  for (const form of forms) {
    if (!works || location.hostname !== form.dataset.site) { continue; }
    form.hidden = false;
    const said = form.querySelector('[role="alert"]');
    form.addEventListener('submit', async event => {
      event.preventDefault();
      said.hidden = true;
      const button = form.querySelector('button');
      setTimeout(() => { button.disabled = true; }, 0);
      try {
        await send(form);
      } catch (error) {
        said.textContent = words(form, error);
        said.hidden = false;
        setTimeout(() => { button.disabled = false; }, 0);
      }
    });
    for (const place of document.querySelectorAll('[data-passkey-none]')) { place.hidden = true; }
  }
  addEventListener('pageshow', () => {
    for (const field of document.querySelectorAll('form[data-passkey] [type="password"]')) { field.disabled = false; }
  });
})();
