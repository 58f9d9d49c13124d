// A classic script in the head: the chosen colours are there before anything is drawn.
(() => {
  try {
    const theme = localStorage.getItem('gta4j.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // No storage: the system's colours.
  }
})();
