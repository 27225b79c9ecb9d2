// Light or dark: as the system has it, until the reader chooses.
"use strict";
(() => {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  };
  const paint = () => {
    const theme = chosen();
    document.documentElement.dataset.theme =
      theme === "dark" || theme === "light" ? theme : system.matches ? "dark" : "light";
  };
  const toggle = () => {
    try {
      localStorage.setItem("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    } catch {
      return;
    }
    paint();
  };
  window.newsTheme = { toggle };
  system.addEventListener("change", paint);
  paint();
})();
