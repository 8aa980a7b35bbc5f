// What was typed, kept in the browser until the server has acknowledged it: it outlives a crash, a lost connection
// and the end of a log-in. One entry a person and document; entries of others are never shown.

const NAME = "zhanqun";
const STORE = "unsaved";
// Entries that nobody came back for.
const FORGET_AFTER = 90 * 24 * 3600 * 1000;

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function run(mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const request = work(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

// Keeps an entry {key, fields, base, version, time}.
export const keep = (entry) => run("readwrite", (store) => store.put(entry));

// The entry of a key, if there is one.
export const kept = (key) => run("readonly", (store) => store.get(key));

export const forget = (key) => run("readwrite", (store) => store.delete(key));

// Keys of entries that begin with something, and away with those that are too old.
export async function keptKeys(beginning) {
  const entries = (await run("readonly", (store) => store.getAll())) ?? [];
  for (const entry of entries) if (entry.time < Date.now() - FORGET_AFTER) forget(entry.key);
  return entries.filter((entry) => entry.key.startsWith(beginning));
}
