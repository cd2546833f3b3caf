package certs

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSame: each way to tell two files apart counts by itself, because the
// others may be equal by chance.
func TestSame(t *testing.T) {
	d := t.TempDir()
	path := func(name string) string { return filepath.Join(d, name) }
	for name, content := range map[string]string{"a": "one", "b": "two"} {
		put(t, path(name), []byte(content))
		if err := os.Chtimes(path(name), noon, noon); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link(path("a"), path("c")); err != nil {
		t.Fatal(err)
	}
	a, b, c := seeFile(path("a")), seeFile(path("b")), seeFile(path("c"))
	if !a.same(seeFile(path("a"))) {
		t.Error("nothing changed")
	}
	b.target, b.err = a.target, nil
	if a.same(b) {
		t.Error("another file under the same name, of the same size and time")
	}
	if a.same(c) {
		t.Error("a link leads elsewhere now")
	}
	if gone := seeFile(path("d")); gone.same(gone) {
		t.Error("a file that is not there cannot be known to be the same")
	}
}
