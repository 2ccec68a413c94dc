// A file that the browser keeps where somebody looks for files.

/** Has the browser keep a text as a file. */
export function keepFile(name: string, text: BlobPart, kind = 'text/plain;charset=utf-8'): void {
  const address = URL.createObjectURL(new Blob([text], { type: kind }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // After the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
