// Hides what the answers do not call for: the surname in the diploma while it is the same.
"use strict";
(() => {
  const form = document.getElementById("data");
  if (!form) return;
  const other = form.querySelector('[data-field="diploma_surname"]');
  const faults = document.getElementById("faults");
  if (faults) faults.focus();
  if (!other || !form.querySelector('[name="same_surname"]')) return;
  const show = () => {
    const chosen = form.querySelector('[name="same_surname"]:checked');
    other.hidden = !chosen || chosen.value !== "no";
  };
  form.addEventListener("change", show);
  show();
})();
