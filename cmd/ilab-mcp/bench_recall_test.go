package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// What must be reached on the public conversations, in the mean of the three
// sets: recall among the first five and ten, the mean reciprocal rank, and nDCG
// of the first ten.
const (
	leastRecall5  = 0.65
	leastRecall10 = 0.73
	leastMRR      = 0.63
	leastNDCG10   = 0.605
)

// notesSuccess is the least share of questions about the notes of which a
// relevant memory is among the first three.
const notesSuccess = 0.90

// measured runs bench recall on a folder, and logs its table.
func measured(t *testing.T, folder string) recallReport {
	t.Helper()
	cmd := program(t, "bench", "recall", "--json", "--folder", t.TempDir(), "--data", folder)
	var log lines
	cmd.Stderr = &log
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, log.String())
	}
	var r recallReport
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var table lines
	if err := (benchSettings{}).tell(env{stdout: &table}, &r, r.draw); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", table.String())
	return r
}

// TestRecallOfPublicConversations measures on people's conversations.
func TestRecallOfPublicConversations(t *testing.T) {
	folder := filepath.FromSlash(recallData)
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the public conversations are not here")
	}
	r := measured(t, folder)
	if r.Import.Skipped > 0 || r.Scored < 900 || len(r.Sets) != 3 {
		t.Errorf("%d rows were skipped, %d questions of %d sets were scored", r.Import.Skipped, r.Scored, len(r.Sets))
	}
	if m := r.Macro; m.Recall5 < leastRecall5 || m.Recall10 < leastRecall10 || m.MRR < leastMRR || m.NDCG10 < leastNDCG10 {
		t.Errorf("%+v is less than %v, %v, %v, %v", m, leastRecall5, leastRecall10, leastMRR, leastNDCG10)
	}
}

// TestRecallOfNotes measures on what agents save about a project.
func TestRecallOfNotes(t *testing.T) {
	r := measured(t, filepath.Join("testdata", "notes"))
	if r.Import.Skipped > 0 || r.Scored != r.Questions {
		t.Errorf("%d rows were skipped, %d of %d questions were scored", r.Import.Skipped, r.Scored, r.Questions)
	}
	if r.Macro.Success3 < notesSuccess {
		t.Errorf("success@3 is %.3f, less than %.2f", r.Macro.Success3, notesSuccess)
	}
}
