"use strict";
// Without this script every series and scenario is shown; with it, the one that is chosen.
for (const chooser of document.querySelectorAll(".chooser")) {
  const select = chooser.querySelector("select");
  const status = chooser.querySelector("[role=status]");
  const choices = Array.from(chooser.parentElement.children).filter((one) => one.classList.contains("choice"));
  const show = () => {
    choices.forEach((choice) => { choice.hidden = ![choice.id, ""].includes(select.value); });
    const shown = choices.filter((choice) => !choice.hidden).length;
    status.textContent = shown + " of " + choices.length + " shown";
  };
  // A link may lead to one that isn't chosen.
  const follow = () => {
    const target = document.getElementById(location.hash.slice(1));
    const choice = target ? target.closest(".choice") : null;
    if (choices.includes(choice)) {
      select.value = choice.id;
      show();
      target.scrollIntoView();
    }
  };
  select.addEventListener("change", show);
  window.addEventListener("hashchange", follow);
  chooser.hidden = false;
  show();
  follow();
}
