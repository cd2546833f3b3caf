package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// manifest lists the files of an exported folder with their hashes. By it a later
// export knows what it may take away: its own files, as it wrote them.
type manifest map[string]string

// manifestName is hidden, so an import does not see it.
const manifestName = ".ilab-mcp-export"

// put writes a file into the folder and lists it.
func (m manifest) put(folder, name string, text []byte) error {
	full := filepath.Join(folder, filepath.FromSlash(name))
	err := os.MkdirAll(filepath.Dir(full), 0o700)
	if err == nil {
		err = os.WriteFile(full, text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("the folder could not be written whole, so there is none\n  Cause: %w", err)
	}
	m[name] = hashed(text)
	return nil
}

func hashed(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// write writes the list into the folder.
func (m manifest) write(folder string) error {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(m)) {
		b.WriteString(m[name] + "  " + name + "\n")
	}
	return maps.Clone(m).put(folder, manifestName, []byte(b.String()))
}

// readManifest reads the list of an older export. A folder without one is not
// ours to replace, unless there is nothing in it.
func readManifest(folder string) (manifest, error) {
	b, err := os.ReadFile(filepath.Join(folder, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		if entries, err := os.ReadDir(folder); err == nil && len(entries) == 0 {
			return manifest{}, nil
		}
		return nil, errors.New("that folder is no export of this program, so it is not replaced; name another")
	}
	if err != nil {
		return nil, fmt.Errorf("the folder cannot be read\n  Cause: %w", err)
	}
	m := manifest{}
	for line := range strings.Lines(string(b)) {
		if sum, name, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "  "); ok {
			m[name] = sum
		}
	}
	return m, nil
}

// remove takes away the files that are as they were written, the list, and the
// folders that are empty then. A link is not followed out of the folder.
func (m manifest) remove(folder string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	folders := map[string]bool{}
	for name, sum := range m {
		local := filepath.FromSlash(name)
		info, err := root.Lstat(local)
		if err != nil || !info.Mode().IsRegular() {
			continue // it is gone, or something else
		}
		if text, err := root.ReadFile(local); err != nil || hashed(text) != sum {
			continue
		}
		if err := root.Remove(local); err != nil {
			return errors.Join(err, root.Close())
		}
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	err = root.Remove(manifestName)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	for _, dir := range slices.Backward(slices.Sorted(maps.Keys(folders))) {
		_ = root.Remove(filepath.FromSlash(dir)) // one that is not empty stays
	}
	err = errors.Join(err, root.Close())
	_ = os.Remove(folder) // as above
	return err
}
