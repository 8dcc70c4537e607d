// Before the first paint: the theme that was chosen, so that no other one flashes up.
try {
  const theme = localStorage.getItem("outpost.theme");
  if (theme && theme !== "system") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed to this page: the system's theme it is.
}
