package certs

import (
	"os"
	"path/filepath"
)

// pair is how two files looked.
type pair struct{ cert, key file }

// file is how one file looked, without its content.
type file struct {
	target string      // where symbolic links lead; "" where that is unknown
	info   os.FileInfo // nil where err is not
	err    error
}

func see(cert, key string) pair { return pair{cert: seeFile(cert), key: seeFile(key)} }

func seeFile(path string) file {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return file{err: err}
	}
	// The resolved path: a link that is swapped now must not mix two files.
	info, err := os.Stat(target)
	if err != nil {
		return file{err: err}
	}
	return file{target: target, info: info}
}

func (p pair) same(q pair) bool { return p.cert.same(q.cert) && p.key.same(q.key) }

// same says whether nothing changed. Files that could not be looked at are
// never the same.
func (f file) same(g file) bool {
	return f.err == nil && g.err == nil && f.target == g.target && os.SameFile(f.info, g.info) &&
		f.info.Size() == g.info.Size() && f.info.ModTime().Equal(g.info.ModTime())
}
