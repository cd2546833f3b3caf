package main

import (
	"context"
	"encoding/json"
	"strings"
)

const (
	alicesEmail = "Alice@Example.com"
	bobsEmail   = "bob@example.com"
)

// story is the tour, chapter by chapter.
func (t *tour) story(ctx context.Context) {
	t.print("A tour of ilab-mcp: two people, one store, and what each of them can see.")

	t.chapter("Two people share one store")
	t.text("Each has a server process of their own, as agents' hosts start them; both open one file. " +
		"An e-mail address is hashed with a salt, and the store knows no other name:")
	t.pairs("       ", []pair{{alicesEmail, "user " + t.idOf(alicesEmail)}, {bobsEmail, "user " + t.idOf(bobsEmail)}})
	alice := t.arrive(ctx, "alice", alicesEmail)
	bob := t.arrive(ctx, "bob", bobsEmail)

	t.chapter("A session begins")
	start := alice.call(ctx, "mem_session_start", nil, "session_id", "is_new", "memories")
	t.promise(start.text("is_new") == "true" && start.text("memories") == "[]", "A new user begins with a session and an empty memory.")

	id := t.privacy(ctx, alice)
	t.revisions(ctx, alice, id)
	bobs := t.apart(ctx, alice, bob)
	t.foreign(ctx, alice, bob, id)
	alice = t.comeback(ctx, alice, start.text("session_id"))
	t.stats(ctx, alice, bob)
	alice.leave()
	bob.leave()
	t.evidence(id, bobs)
}

// privacy saves something with private words in it. It gives the memory's id.
func (t *tour) privacy(ctx context.Context, alice *person) json.Number {
	t.chapter("Private words never arrive")
	t.text("What stands between <private> and </private> is taken out before anything is stored, indexed or logged:")
	saved := alice.call(ctx, "mem_save", arguments{
		{"type", "decision"},
		{"title", "How we deploy"},
		{"content", "Blue-green, from the main branch. <private>The password is " + t.secret + "</private> Rollback is one command."},
		{"topic_key", "deploy/strategy"},
	}, "id", "outcome", "revision", "redactions")
	id, _ := saved.at("id").(json.Number)
	t.promise(saved.text("outcome") == "created" && saved.text("redactions.private") == "1", "The reply counts what was taken out, and does not quote it.")
	t.text("What was stored:")
	got := alice.call(ctx, "mem_get_observation", arguments{{"observation_id", id}}, "observation.title", "observation.content")
	content := got.text("observation.content")
	t.promise(strings.Contains(content, "[REDACTED]") && !strings.Contains(content, "password"), "Only [REDACTED] was stored in place of the private words.")
	return id
}

func (t *tour) revisions(ctx context.Context, alice *person, id json.Number) {
	t.chapter("A topic changes; its history stays")
	t.text("The same topic_key is the same memory:")
	saved := alice.call(ctx, "mem_save", arguments{
		{"type", "decision"},
		{"title", "How we deploy"},
		{"content", "Canary releases: 5 % of the traffic for an hour, then all of it."},
		{"topic_key", "deploy/strategy"},
	}, "id", "outcome", "revision")
	t.promise(saved.text("outcome") == "updated" && saved.text("id") == id.String() && saved.text("revision") == "2",
		"A topic that changes keeps its id and becomes revision 2.")
	history := alice.call(ctx, "mem_history", arguments{{"observation_id", id}}, "total", "revisions.1.revision", "revisions.1.content")
	t.promise(strings.HasPrefix(history.text("revisions.1.content"), "Blue-green"), "The old text is kept as history.")
}

// apart lets both search for the same word. It gives the id of Bob's memory.
func (t *tour) apart(ctx context.Context, alice, bob *person) json.Number {
	t.chapter("Each finds only their own")
	saved := bob.call(ctx, "mem_save", arguments{
		{"type", "preference"},
		{"title", "Deploy days"},
		{"content", "Never deploy on a Friday."},
	}, "id", "outcome")
	id, _ := saved.at("id").(json.Number)
	query := arguments{{"query", "deploy"}}
	a := alice.call(ctx, "mem_search", query, "total", "hits.0.title", "hits.0.snippet")
	b := bob.call(ctx, "mem_search", query, "total", "hits.0.title", "hits.0.snippet")
	t.promise(a.text("total") == "1" && a.text("hits.0.title") == "How we deploy" &&
		b.text("total") == "1" && b.text("hits.0.title") == "Deploy days", "The same query gives each person their own memories only.")
	return id
}

// foreign lets Bob try with an id of Alice's, which no client should know.
func (t *tour) foreign(ctx context.Context, alice, bob *person, id json.Number) {
	t.chapter("Somebody else's id is nobody's id")
	const unknown = json.Number("4242")
	t.text("Bob tries an id of Alice's, and one that nobody has:")
	same := true
	for _, try := range []struct {
		tool, show string
		more       arguments
	}{
		{tool: "mem_get_observation", show: "observation"},
		{tool: "mem_timeline", show: "observations"},
		{tool: "mem_history"},
		{tool: "mem_update", more: arguments{{"title", "Bob was here"}}},
		{tool: "mem_forget", show: "forgotten"},
	} {
		foreign := bob.call(ctx, try.tool, append(arguments{{"observation_id", id}}, try.more...), try.show)
		missing := bob.call(ctx, try.tool, append(arguments{{"observation_id", unknown}}, try.more...), try.show)
		same = same && strings.ReplaceAll(foreign.raw, id.String(), unknown.String()) == missing.raw
	}
	t.promise(same, "An id of another person's answers exactly as one that does not exist, in every tool that takes one.")
	still := alice.ask(ctx, "mem_get_observation", arguments{{"observation_id", id}})
	t.promise(still.text("observation.revision") == "2", "What Bob tried changed nothing of Alice's.")
}

// comeback ends Alice's session and her server, and starts another.
func (t *tour) comeback(ctx context.Context, alice *person, session string) *person {
	t.chapter("The conversation ends; the memory stays")
	const summary = "Chose canary releases over blue-green. Next: write the runbook."
	alice.call(ctx, "mem_session_end", arguments{{"summary", summary}}, "session.status", "session.summary")
	alice.leave()
	t.text("Alice's server has stopped. Tomorrow, in a new process:")
	alice = t.arrive(ctx, "alice", alicesEmail)
	start := alice.call(ctx, "mem_session_start", nil, "is_new", "sessions_context.0.summary", "memories.0.title", "memories.0.snippet")
	t.promise(start.text("is_new") == "true" && start.text("sessions_context.0.session_id") == session &&
		start.text("sessions_context.0.summary") == summary && start.text("memories.0.title") == "How we deploy",
		"A new process knows how the last session ended, and the best memories.")
	return alice
}

func (t *tour) stats(ctx context.Context, alice, bob *person) {
	t.chapter("Each counts only their own")
	a := alice.call(ctx, "mem_stats", nil, "observations", "sessions", "bytes")
	b := bob.call(ctx, "mem_stats", nil, "observations", "sessions", "bytes")
	t.promise(a.text("observations") == "2" && a.text("sessions") == "2" && b.text("observations") == "1" && b.text("sessions") == "1",
		"Statistics are one person's: Alice has a decision and a summary, Bob a preference.")
}
