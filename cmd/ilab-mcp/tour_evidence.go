package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// evidence reads every byte that the servers left behind.
func (t *tour) evidence(ids ...json.Number) {
	if t.err != nil {
		return
	}
	t.chapter("The proof")
	t.text("Both servers have stopped. Now every byte that they wrote is searched:")
	files, err := filepath.Glob(filepath.Join(t.folder, "*"))
	if err != nil {
		t.fail(err)
		return
	}
	var all []byte
	var sizes []pair
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.fail(err)
			return
		}
		all = append(all, b...)
		sizes = append(sizes, pair{filepath.Base(name), len(b)})
	}
	sizes = append(sizes, pair{"replies", len(t.replies)})
	all = append(all, t.replies...)
	t.pairs("       ", bytesOf(sizes))

	// What must be there shows that the search can find something.
	control := bytes.Contains(all, []byte("Canary releases")) && bytes.Contains(all, []byte("Never deploy on a Friday"))
	t.promise(control && len(ids) == 2, "What was meant to be kept is in the store's files.")
	private := bytes.Contains(all, []byte(t.secret)) || bytes.Contains(all, []byte(t.secret[len(t.secret)/2:]))
	t.promise(!private, "The private words are in no byte of the store, its log, the servers' logs or any reply.")
	addresses := bytes.Contains(bytes.ToLower(all), []byte(strings.ToLower(alicesEmail))) || bytes.Contains(bytes.ToLower(all), []byte(bobsEmail))
	t.promise(!addresses, "Neither is an e-mail address.")
}

func bytesOf(sizes []pair) []pair {
	shown := make([]pair, len(sizes))
	for i, s := range sizes {
		shown[i] = pair{s.name, short(s.value) + " bytes"}
	}
	return shown
}
