// Development only: reloads the page when a theme changes.
new EventSource("/theme/live").addEventListener("message", function () { location.reload(); });
