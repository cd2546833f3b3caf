package sqlite

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/ilab-mcp/ilab-mcp/memstore"
	"github.com/ilab-mcp/ilab-mcp/memstore/memstoretest"
)

func TestKeys(t *testing.T) {
	memstoretest.RunKeys(t, func(t *testing.T) (here, there memstore.Keys) {
		t.Helper()
		db := openTest(t)
		other, err := Open(t.Context(), db.Path(), Options{Program: "test"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := other.Close(); err != nil {
				t.Error(err)
			}
		})
		return db.Keys(), other.Keys()
	})
}

// TestDamagedKeyOpensNothing: a row that says another user than it was made for
// is not believed.
func TestDamagedKeyOpensNothing(t *testing.T) {
	db := openTest(t)
	id, err := memstore.ParseKeyID("aaaaAAA1")
	if err != nil {
		t.Fatal(err)
	}
	user, err := memstore.ParseUserID("alice")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Keys().Add(t.Context(), memstore.NewKey{ID: id, User: user, Created: time.Unix(1, 0)}); err != nil {
		t.Fatal(err)
	}
	if err := db.conn(writePragmas).exec("UPDATE api_keys SET user_id = 'bob'"); err != nil {
		t.Fatal(err)
	}
	if k, err := db.Keys().Find(t.Context(), id); !errors.Is(err, memstore.ErrDamaged) {
		t.Errorf("found %+v, %v", k, err)
	}
}

// TestUpgradeFromOneKeepsEverything: a file of the first schema gets the table
// of keys, and keeps its memories.
func TestUpgradeFromOneKeepsEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "memory.db")
	if err := prepareFile(path); err != nil {
		t.Fatal(err)
	}
	c := (&DB{path: path}).conn(writePragmas)
	if err := c.exec(migrations()[0] + "; PRAGMA user_version = 1"); err != nil {
		t.Fatal(err)
	}
	if err := c.exec("INSERT INTO store (name, value) VALUES ('mark:kept', x'01')"); err != nil {
		t.Fatal(err)
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), path, Options{Program: "0.2.0"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	if kept, err := db.Mark(t.Context(), "kept", []byte{2}); err != nil || len(kept) != 1 || kept[0] != 1 {
		t.Errorf("after the upgrade the file holds %x, %v", kept, err)
	}
	if all, err := db.Keys().List(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("after the upgrade there are keys %v, %v", all, err)
	}
}

// TestKeysDoNotWait: keys are found while every other connection is busy.
func TestKeysDoNotWait(t *testing.T) {
	db := openTest(t)
	for range cap(db.readers) {
		c := <-db.readers
		defer func() { db.readers <- c }()
	}
	if _, err := db.Keys().List(t.Context()); err != nil {
		t.Error(err)
	}
}
