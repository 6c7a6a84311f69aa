// The page's settings and words, as the server wrote them into it.

export const settings = JSON.parse(document.getElementById('settings').textContent);

// t returns the text with this id, its {{.Name}} placeholders filled.
export function t(id, data = {}) {
  const text = settings.texts['web.chat.' + id] ?? id;
  return text.replace(/\{\{\.(\w+)\}\}/g, (_, name) => String(data[name] ?? ''));
}
