package recall

import (
	"fmt"
	"time"
)

// now is when these tests ask.
var now = time.Date(2026, 6, 3, 10, 0, 0, 0, time.UTC) // a Wednesday

func parse(text string) Query { return ParseQuery(text, now) }

// note is a memory as these tests write it.
type note struct {
	ID                       int64
	Kind                     uint8
	Session                  string
	Updated                  int64
	Title, TopicKey, Content string
}

// pack packs a note. One without a session is alone in its conversation.
func pack(n note) []byte {
	if n.Session == "" {
		n.Session = fmt.Sprint("of ", n.ID)
		if n.Updated == 0 {
			n.Updated = n.ID * 2 * pause
		}
	}
	return Pack(Doc{
		Kind: n.Kind, Session: n.Session, Updated: n.Updated,
		Terms: Analyse(n.Title, n.TopicKey, n.Content),
	})
}
