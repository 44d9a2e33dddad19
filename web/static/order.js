// Hides what the answers do not call for: the KPP of a person, tariffs of other courses; leads to the new student.
"use strict";
(() => {
  const form = document.getElementById("order");
  if (!form) return;
  const faults = document.getElementById("faults");
  const target = location.hash && document.querySelector(location.hash.replace(/[^#\w-]/g, ""));
  if (faults) faults.focus();
  else if (target && target.matches(".student")) {
    // Not before load: the browser itself goes to the fragment then, and takes the focus with it.
    addEventListener("load", () => {
      target.scrollIntoView();
      const first = target.querySelector("input");
      if (first) first.focus({ preventScroll: true });
    });
  }
  const kpp = form.querySelector('[data-field="payer_kpp"]');
  const courses = (student) => {
    const run = student.querySelector('select[name$=".run"]');
    const tariff = student.querySelector('select[name$=".tariff"]');
    const group = run.selectedOptions[0] && run.selectedOptions[0].closest("optgroup");
    tariff.querySelectorAll("optgroup").forEach((one) => {
      const other = Boolean(group) && one.label !== group.label;
      one.hidden = other;
      one.disabled = other;
    });
    const chosen = tariff.selectedOptions[0];
    if (chosen && chosen.closest("optgroup") && chosen.closest("optgroup").disabled) tariff.value = "";
  };
  const show = (event) => {
    const kind = form.querySelector('[name="payer_kind"]:checked');
    if (kpp) kpp.hidden = Boolean(kind) && kind.value !== "organisation";
    const student = event && event.target.closest(".student");
    if (student) courses(student);
    else if (!event) form.querySelectorAll(".student").forEach(courses);
  };
  form.addEventListener("change", show);
  show();
})();
