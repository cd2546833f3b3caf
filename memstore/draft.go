package memstore

import "github.com/ilab-mcp/ilab-mcp/privacy"

// Draft is a memory to save. Its texts can only come from the redactor.
type Draft struct {
	Type     Type
	Title    privacy.Text
	Content  privacy.Text
	TopicKey privacy.Text // zero for none
	Source   privacy.Text // the client that wrote it, from the protocol
}

func (d Draft) check() error {
	if d.Type < Profile || d.Type > Discovery {
		return errReserved(d.Type)
	}
	for _, err := range []error{
		TitleField.Check(d.Title), ContentField.Check(d.Content),
		TopicKeyField.Check(d.TopicKey), SourceField.Check(d.Source),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func errReserved(t Type) error {
	if t == Summary {
		return invalid("type summary is reserved; write one with mem_session_summary or mem_session_end")
	}
	return invalid("type is missing or unknown")
}

// Patch changes a memory. Fields left at their zero value stay as they are.
type Patch struct {
	Type       Type
	Title      privacy.Text
	Content    privacy.Text
	TopicKey   privacy.Text
	ClearTopic bool // take the topic key away
	Source     privacy.Text
}

func (p Patch) check() error {
	if p.Type > Discovery {
		return errReserved(p.Type)
	}
	if p.Type == 0 && p.Title.IsZero() && p.Content.IsZero() && p.TopicKey.IsZero() && !p.ClearTopic {
		return invalid("nothing to change; give at least one of title, content, type or topic_key")
	}
	if !p.Title.IsZero() {
		if err := TitleField.Check(p.Title); err != nil {
			return err
		}
	}
	if !p.Content.IsZero() {
		if err := ContentField.Check(p.Content); err != nil {
			return err
		}
	}
	if err := TopicKeyField.Check(p.TopicKey); err != nil {
		return err
	}
	return SourceField.Check(p.Source)
}

// Note is a session summary to write.
type Note struct {
	Summary privacy.Text
	Source  privacy.Text
}

func (n Note) check() error {
	if err := SummaryField.Check(n.Summary); err != nil {
		return err
	}
	return SourceField.Check(n.Source)
}

// Query is a search.
type Query struct {
	Text  privacy.Text
	Types TypeSet // allowed types; zero means all
	Limit int     // hits at most, 1 to 100
}
