package sqlite

import (
	"context"
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

func unavailable(cause error, format string, args ...any) error {
	return &memstore.Error{Kind: memstore.Unavailable, Msg: fmt.Sprintf(format, args...), Err: cause}
}

func damaged(format string, args ...any) error {
	return &memstore.Error{Kind: memstore.Damaged, Msg: fmt.Sprintf(format, args...) + " (its checksum does not fit); run ilab-mcp doctor"}
}

// explain turns SQLite's failures into errors for people, by code and never by
// message. Errors that are made for people pass as they are.
func explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if _, ok := memstore.ForPeople(err); ok {
		return err
	}
	var se *driver.Error
	if !errors.As(err, &se) {
		return err
	}
	switch se.Code() & 0xff { // the primary code
	case codes.SQLITE_FULL:
		return unavailable(err, "the disk is full; nothing was saved. Free some space and try again")
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
		return &memstore.Error{Kind: memstore.Busy, Msg: "another program holds the store's file; nothing was saved. Try again", Err: err}
	case codes.SQLITE_READONLY, codes.SQLITE_PERM, codes.SQLITE_AUTH:
		return unavailable(err, "the store's file or folder cannot be written; nothing was saved. Check its permissions")
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
		return &memstore.Error{Kind: memstore.Damaged, Msg: "the store's file is damaged or is no memory store; run ilab-mcp doctor", Err: err}
	case codes.SQLITE_CANTOPEN:
		return unavailable(err, "the store's file cannot be opened; check that its folder exists and can be written")
	case codes.SQLITE_IOERR:
		return unavailable(err, "the disk reported an error; nothing was saved. Check the disk and try again")
	}
	return err
}
