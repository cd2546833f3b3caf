package recall

// stopWord reports whether a folded word is so common in English that it says
// nothing in a query (the list STOP of RECALL.md). Memories keep theirs: a query
// of nothing but such words is searched for them.
func stopWord(word []byte) bool {
	switch string(word) {
	case "a", "about", "after", "again", "all", "also", "am", "an", "and", "any", "are", "aren", "as", "at", "be",
		"been", "before", "being", "between", "but", "by", "can", "could", "couldn", "d", "did", "didn", "do", "does",
		"doesn", "doing", "don", "done", "down", "during", "each", "for", "from", "get", "got", "had", "hadn", "has",
		"hasn", "have", "haven", "having", "he", "her", "here", "hers", "him", "his", "how", "i", "if", "in", "into",
		"is", "isn", "it", "its", "just", "let", "ll", "m", "may", "me", "might", "mine", "more", "most", "must",
		"my", "no", "nor", "not", "o", "of", "off", "on", "only", "or", "other", "our", "ours", "out", "over", "own",
		"re", "s", "same", "shall", "she", "should", "shouldn", "so", "some", "such", "t", "than", "that", "the",
		"their", "theirs", "them", "then", "there", "these", "they", "this", "those", "to", "too", "up", "us", "ve",
		"very", "was", "wasn", "we", "were", "weren", "what", "when", "where", "which", "who", "whom", "whose", "why",
		"will", "with", "won", "would", "wouldn", "y", "you", "your", "yours":
		return true
	}
	return false
}
