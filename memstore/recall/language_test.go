package recall

import (
	"slices"
	"strings"
	"testing"
)

func TestLanguageOf(t *testing.T) {
	for _, tt := range []struct {
		text string
		want language
	}{
		{"", inEnglish},
		{"PostgreSQL", inEnglish},
		{"!? 👍 東京", inEnglish},
		{"We decided to use SQLite for the index", inEnglish},
		{"Usamos PostgreSQL para los datos del cliente", inSpanish},
		{"Wir haben uns für PostgreSQL entschieden, weil es einfach ist", inGerman},
		{"Nous avons choisi PostgreSQL pour les données de nos clients", inFrench},
		{"¿Dónde está la configuración del servidor?", inSpanish},
		{"Wo ist die Datei?", inGerman},
		{"Où est la configuration du serveur ?", inFrench},
		{"We watched Die Hard in the cinema", inEnglish},
		{"My son drove us to Los Angeles", inEnglish},
		{"the car is at the garage", inEnglish},
		{strings.Repeat("the code of it ", 100) + strings.Repeat("und der die das ", 1000), inEnglish}, // its beginning tells
	} {
		if got := languageOf(tt.text); got != tt.want {
			t.Errorf("%q: %d, want %d", tt.text[:min(len(tt.text), 80)], got, tt.want)
		}
	}
	if got := languageOf("Engine", "Nous avons choisi SQLite pour les tests"); got != inFrench {
		t.Errorf("title and content: %d", got)
	}
}

// TestEnglishQueriesWithForeignWords: a word of an English query that is a small
// word elsewhere is not dropped, nor the rest stemmed by another language.
func TestEnglishQueriesWithForeignWords(t *testing.T) {
	for query, want := range map[string]string{
		"MIT license":          "mit licens",
		"car insurance":        "car insur",
		"man page":             "man page",
		"Die Hard":             "die hard",
		"Los Angeles trips":    "los angel trip",
		"son birthday":         "son birthday",
		"uber receipt":         "uber receipt",
		"bin directory":        "bin directori",
		"comment style":        "comment style",
		"es modules":           "es modul",
		"where is my uber app": "uber applic",
	} {
		if got := strings.Join(termTexts(parse(query)), " "); got != want {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
	x := NewIndex(1, 0)
	put(t, x, 1, note{ID: 1, Content: "insurance of the house"})
	put(t, x, 2, note{ID: 2, Content: "the car is with the mechanic"})
	put(t, x, 3, note{ID: 3, Content: "insurance of the car"})
	if hits, total := x.Search(parse("car insurance"), allKinds, 10); total != 3 || hits[0].ID != 3 {
		t.Errorf("car insurance: %v of %d", ids(hits), total)
	}
}

// TestStems: forms of one word are one word, by the rules of their language.
func TestStems(t *testing.T) {
	for _, tt := range []struct {
		language language
		forms    string
	}{
		{inEnglish, "migration migrations migrated migrating migrate"},
		{inEnglish, "library libraries lib libs"},
		{inEnglish, "go goes going gone went"},
		{inEnglish, "write writes writing wrote written"},
		{inEnglish, "buy buys bought buying"},
		{inEnglish, "child children kid kids"},
		{inEnglish, "config configs configuration cfg"},
		{inEnglish, "mother mom mum mothers"},
		{inSpanish, "gato gatos gata gatas"},
		{inSpanish, "perro perros"},
		{inGerman, "datenbank datenbanken"},
		{inGerman, "schnell schnelle schneller schnelles"},
		{inFrench, "donnee donnees"},
		{inFrench, "cheval chevaux"},
	} {
		a := analyser{language: tt.language}
		forms := strings.Fields(tt.forms)
		for _, f := range forms {
			if got, want := a.stem([]byte(f)), a.stem([]byte(forms[0])); got != want {
				t.Errorf("%s is %q, %s is %q", f, got, forms[0], want)
			}
		}
	}
	// What only looks like a form of it stays another word.
	for _, tt := range []struct {
		language language
		a, b     string
	}{
		{inEnglish, "news", "new"},
		{inEnglish, "wound", "wind"},
		{inSpanish, "went", "go"},
		{inGerman, "apps", "application"},
	} {
		a := analyser{language: tt.language}
		if got := a.stem([]byte(tt.a)); got == a.stem([]byte(tt.b)) {
			t.Errorf("%s and %s are both %q", tt.a, tt.b, got)
		}
	}
}

func TestIrregular(t *testing.T) {
	for form, want := range map[string]string{
		"went": "go", "bought": "buy", "children": "child", "kids": "child", "apps": "application", "better": "good",
		"word": "word", "": "", "s": "s",
	} {
		if got := regular(form); got != want {
			t.Errorf("%q: %q, want %q", form, got, want)
		}
	}
	// No form leads to another form, nor to two words.
	for form, base := range irregular {
		if again, ok := irregular[base]; ok {
			t.Errorf("%q leads to %q, and that to %q", form, base, again)
		}
	}
	seen := map[string]string{}
	for base, forms := range families {
		for _, f := range forms {
			if seen[f] != "" {
				t.Errorf("%q is a form of %q and of %q", f, base, seen[f])
			}
			seen[f] = base
		}
	}
}

// TestMemoryAndQueryAgree: in each language a memory is found by its own words and
// by other forms of them, in a sentence and by one word alone.
func TestMemoryAndQueryAgree(t *testing.T) {
	for _, tt := range []struct {
		content string
		queries []string
	}{
		{
			"We went to the library and bought two books for the children",
			[]string{"going to libraries", "when did we buy a book?", "kids", "bought", "libs", "GOES"},
		},
		{
			"Usamos las migraciones de la base de datos para los perros españoles",
			[]string{"¿dónde están las migraciones de los perros?", "migraciones", "migración", "perro", "espanoles", "ESPAÑOLES"},
		},
		{
			"Wir haben die Datenbanken für die Kunden in München eingerichtet",
			[]string{"Wo sind die Datenbanken der Kunden?", "Datenbanken", "Datenbank", "Kunde", "münchen", "Munchen"},
		},
		{
			"Nous avons configuré les serveurs pour les données des clients",
			[]string{"Où sont les données des clients ?", "serveurs", "serveur", "donnees", "Données"},
		},
	} {
		x := NewIndex(1, 0)
		put(t, x, 1, note{ID: 1, Content: tt.content})
		put(t, x, 2, note{ID: 2, Content: "something else entirely"})
		for _, q := range tt.queries {
			if hits, total := x.Search(parse(q), allKinds, 10); total != 1 || hits[0].ID != 1 {
				t.Errorf("%q does not find %q: %v of %d", q, tt.content, ids(hits), total)
			}
		}
	}
}

// TestStopWordsByLanguage: small words fall out of a query of their language, and
// out of the length of a memory.
func TestStopWordsByLanguage(t *testing.T) {
	for query, want := range map[string]string{
		"where is the database":      "databas",
		"¿dónde está la base?":       "bas",
		"wo ist die Datei?":          "datei",
		"où est le fichier du jour?": "fichi jour",
		"wo ist der":                 "wo ist der", // nothing else
	} {
		if got := strings.Join(termTexts(parse(query)), " "); got != want {
			t.Errorf("%q: %q, want %q", query, got, want)
		}
	}
	for text, want := range map[string]uint32{
		"the database is on the server":         2,
		"la base de datos está en el servidor":  3,
		"die Datenbank ist auf dem Server":      2,
		"la base de données est sur le serveur": 3,
		"to be or not to be":                    0,
		"maxBytes is max_bytes":                 4,
	} {
		f, _, _, err := unpack(pack(note{Content: text}), nil)
		if err != nil || f.words != want {
			t.Errorf("%q: %d words that say something, want %d: %v", text, f.words, want, err)
		}
	}
}

// TestSmallWordsAreFolded: else a text, which is folded, never has them.
func TestSmallWordsAreFolded(t *testing.T) {
	var a analyser
	for w, of := range smallWords {
		if folded := string(a.fold(nil, w, 0)); folded != w || of == 0 || of >= 1<<languages {
			t.Errorf("%q of %b is folded to %q", w, of, folded)
		}
		if len(w) > maxSmallWord {
			t.Errorf("%q is longer than the longest", w)
		}
	}
	if !slices.IsSorted([]language{inEnglish, inSpanish, inGerman, inFrench, languages}) {
		t.Error("a tie must go to English, which must so be the first")
	}
}
