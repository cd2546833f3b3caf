package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestReplaceFolder: a folder is for its owner's eyes, and if it cannot be
// written whole there is none, and nothing of it.
func TestReplaceFolder(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	full := errors.New("the disk is full")
	if _, err := replaceFolder(path, false, func(put putFile) error { return errors.Join(put("a/b.md", []byte("b")), full) }); !errors.Is(err, full) {
		t.Error(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("%v is left: %v", entries, err)
	}
	if _, err := replaceFolder(path+string(filepath.Separator), false, func(put putFile) error { return put("a/b.md", []byte("b")) }); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; runtime.GOOS != "windows" && err == nil && info.Mode().Perm() != want {
			t.Errorf("%s: mode %o, want %o", name, info.Mode().Perm(), want)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestForgedManifest: a list in which somebody wrote takes nothing away that is
// not in the folder.
func TestForgedManifest(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine.md")
	path := filepath.Join(dir, "out")
	if err := errors.Join(os.WriteFile(mine, []byte("mine"), 0o600), os.Mkdir(path, 0o700)); err != nil {
		t.Fatal(err)
	}
	sum := hashed([]byte("mine")) + "  "
	list := sum + "../mine.md\n" + sum + mine + "\n" + sum + "link/mine.md\n" + sum + "/\n" + sum + "\nno line\n"
	if err := os.WriteFile(filepath.Join(path, manifestName), []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, filepath.Join(path, "link")); err != nil {
		t.Skip("no links here")
	}
	if kept, err := replaceFolder(path, true, func(put putFile) error { return put("a.md", []byte("a")) }); err != nil || kept != path+".old" {
		t.Errorf("%q %v", kept, err)
	}
	if b, err := os.ReadFile(mine); err != nil || string(b) != "mine" {
		t.Errorf("%q %v", b, err)
	}
}
