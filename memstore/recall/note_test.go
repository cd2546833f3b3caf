package recall

// note is a memory as these tests write it.
type note struct {
	ID                       int64
	Kind                     uint8
	Session                  string
	Created, Updated         int64
	Title, TopicKey, Content string
}

func pack(n note) []byte {
	return Pack(Doc{
		Kind: n.Kind, Session: n.Session, Created: n.Created, Updated: n.Updated,
		Terms: Analyse(n.Title, n.TopicKey, n.Content),
	})
}
