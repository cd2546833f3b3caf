package recall

import "testing"

func traitsOf(t *testing.T, title, content string) traits {
	t.Helper()
	f, _, _, err := unpack(pack(note{Title: title, Content: content}), nil)
	if err != nil {
		t.Fatal(err)
	}
	return f.traits
}

// TestTraits tells each trait on what has it and on what only looks like it.
func TestTraits(t *testing.T) {
	for _, tt := range []struct {
		trait traits
		name  string
		yes   []string
		no    []string
	}{
		{
			asking, "asking",
			[]string{"Which one?", "Which one? ", "He said \"which?\"", "(which?)", "**Which?**", "哪个？", "¿Cuál?"},
			[]string{"", "Which one? The blue one.", "Which", "?a"},
		},
		{
			firstPerson, "firstPerson",
			[]string{"I like tea", "tell me", "We use Go", "our repo", "I'm late", "I've seen it", "It is mine."},
			[]string{"", "He likes tea", "Use Go", "users of the USA", "IDs"},
		},
		{
			preferring, "preferring",
			[]string{
				"I prefer tea", "She preferred the blue one", "tabs rather than spaces", "use tabs instead of spaces", "I always use tabs",
				"I usually go by train", "I don't like mayonnaise", "I never use vim", "We do not want this", "prefiero el té", "ich bevorzuge Tee",
			},
			[]string{"", "always use tabs", "I use tabs", "the test does not use it", "instead, run it"},
		},
		{
			counting, "counting",
			[]string{"3 apples", "three apples", "v2.1", "twice a year", "the first one", "a dozen"},
			[]string{"", "some apples", "a lot"},
		},
		{
			dated, "dated",
			[]string{"yesterday", "two weeks ago", "on Monday", "in January", "next summer", "at 5 pm", "im Oktober", "her birthday"},
			[]string{"", "the database", "weekly", "daylight"},
		},
		{
			naming, "naming",
			[]string{"we met Emma there", "the PostgreSQL server", "we went to \"Paris\"", "a (Berlin) trip"},
			[]string{"", "Emma came", "we met. Cats came", "it is so: Use tabs", "I am what I'm", "all lower case", "and The end"},
		},
		{
			namingMore, "namingMore",
			[]string{"we met Emma and Tom", "from Paris to Berlin"},
			[]string{"we met Emma", "Emma met Tom", "we met Emma, Emma and Emma"},
		},
	} {
		for _, text := range tt.yes {
			if traitsOf(t, "", text)&tt.trait == 0 {
				t.Errorf("not %s: %q", tt.name, text)
			}
		}
		for _, text := range tt.no {
			if traitsOf(t, "", text)&tt.trait != 0 {
				t.Errorf("%s: %q", tt.name, text)
			}
		}
	}
}

// TestInstructs: a standing instruction is a person's wish for all times, and not
// the rule of a thing.
func TestInstructs(t *testing.T) {
	for _, text := range []string{
		"Always answer in German when I ask in German", "Never call me by my last name", "Please always show me the diff", "Don't push my branches",
		"Do not ask me twice", "From now on I want short answers", "Make sure we test it", "Remember that I'm in Berlin",
		"Siempre responde en español: me gusta. We said so", "ALWAYS tell me",
	} {
		if !traitsOf(t, "", text).instructs() {
			t.Errorf("no instruction: %q", text)
		}
	}
	for _, text := range []string{
		"", "Never call f() twice", "Always close the file", "I always use tabs", "We should always test", "The server never sleeps, I hope",
		"remember the milk for me", "From here on I drive",
	} {
		if traitsOf(t, "", text).instructs() {
			t.Errorf("an instruction: %q", text)
		}
	}
}

// TestMannerIsOfContent: a title is no sentence of its writer; it may be a speaker's
// name, which then is no name within the text.
func TestMannerIsOfContent(t *testing.T) {
	if got := traitsOf(t, "Always tell me when? I prefer 3 on Monday", "nothing"); got != 0 {
		t.Errorf("by its title: %b", got)
	}
	if got := traitsOf(t, "Caroline", "thanks Caroline"); got&naming != 0 {
		t.Error("the speaker's own name is a name within")
	}
	if got := traitsOf(t, "Caroline", "thanks Melanie"); got&naming == 0 {
		t.Error("another's name is not")
	}
}

// TestPersonal: what the store knows to be a preference is one, whatever it says.
func TestPersonal(t *testing.T) {
	for _, content := range []string{"tabs", ""} {
		blob := Pack(Doc{Personal: true, Terms: Analyse("", "", content)})
		f, _, _, err := unpack(blob, nil)
		if err != nil || f.traits != preferring {
			t.Errorf("%q: %b %v", content, f.traits, err)
		}
	}
}
