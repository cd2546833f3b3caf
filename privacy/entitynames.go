package privacy

// maxEntityName is the length of the longest name in entities.
const maxEntityName = 21

// entities holds every named HTML entity that reads as ASCII, as white space
// (here " ") or as nothing, after NFKC; the two Turkish i are there because
// they are an i in some case. No other entity can spell a tag or, escaped
// twice, an entity that does. A test derives the table from package html.
var entities = map[string]string{
	"ApplyFunction": "", "InvisibleComma": "", "InvisibleTimes": "", "NegativeMediumSpace": "",
	"NegativeThickSpace": "", "NegativeThinSpace": "", "NegativeVeryThinSpace": "", "NoBreak": "",
	"ZeroWidthSpace": "", "af": "", "ic": "", "it": "", "lrm": "", "rlm": "", "shy": "", "zwj": "", "zwnj": "",
	"MediumSpace": " ", "NewLine": " ", "NonBreakingSpace": " ", "Tab": " ", "ThinSpace": " ",
	"VeryThinSpace": " ", "emsp": " ", "emsp13": " ", "emsp14": " ", "ensp": " ", "hairsp": " ", "nbsp": " ",
	"numsp": " ", "puncsp": " ", "thinsp": " ", "ThickSpace": "  ", "excl": "!", "QUOT": "\"", "quot": "\"",
	"num": "#", "dollar": "$", "percnt": "%", "AMP": "&", "amp": "&", "apos": "'", "lpar": "(", "rpar": ")",
	"ast": "*", "midast": "*", "plus": "+", "comma": ",", "period": ".", "nldr": "..", "hellip": "...",
	"mldr": "...", "sol": "/", "sup1": "1", "sup2": "2", "sup3": "3", "colon": ":", "Colone": "::=", "semi": ";",
	"LT": "<", "lt": "<", "equals": "=", "Equal": "==", "GT": ">", "gt": ">", "quest": "?", "commat": "@",
	"Afr": "A", "Aopf": "A", "Ascr": "A", "Bernoullis": "B", "Bfr": "B", "Bopf": "B", "Bscr": "B", "bernou": "B",
	"Cayleys": "C", "Cfr": "C", "Copf": "C", "Cscr": "C", "complexes": "C", "CapitalDifferentialD": "D",
	"DD": "D", "Dfr": "D", "Dopf": "D", "Dscr": "D", "Efr": "E", "Eopf": "E", "Escr": "E", "expectation": "E",
	"Ffr": "F", "Fopf": "F", "Fouriertrf": "F", "Fscr": "F", "Gfr": "G", "Gopf": "G", "Gscr": "G", "Hfr": "H",
	"HilbertSpace": "H", "Hopf": "H", "Hscr": "H", "Poincareplane": "H", "hamilt": "H", "quaternions": "H",
	"Ifr": "I", "Im": "I", "Iopf": "I", "Iscr": "I", "image": "I", "imagline": "I", "imagpart": "I",
	"IJlig": "IJ", "Jfr": "J", "Jopf": "J", "Jscr": "J", "Kfr": "K", "Kopf": "K", "Kscr": "K", "Laplacetrf": "L",
	"Lfr": "L", "Lopf": "L", "Lscr": "L", "lagran": "L", "Mellintrf": "M", "Mfr": "M", "Mopf": "M", "Mscr": "M",
	"phmmat": "M", "Nfr": "N", "Nopf": "N", "Nscr": "N", "naturals": "N", "numero": "No", "Ofr": "O",
	"Oopf": "O", "Oscr": "O", "Pfr": "P", "Popf": "P", "Pscr": "P", "primes": "P", "Qfr": "Q", "Qopf": "Q",
	"Qscr": "Q", "rationals": "Q", "Re": "R", "Rfr": "R", "Ropf": "R", "Rscr": "R", "real": "R", "realine": "R",
	"realpart": "R", "reals": "R", "Sfr": "S", "Sopf": "S", "Sscr": "S", "circledS": "S", "oS": "S", "Tfr": "T",
	"Topf": "T", "Tscr": "T", "TRADE": "TM", "trade": "TM", "Ufr": "U", "Uopf": "U", "Uscr": "U", "Vfr": "V",
	"Vopf": "V", "Vscr": "V", "Wfr": "W", "Wopf": "W", "Wscr": "W", "Xfr": "X", "Xopf": "X", "Xscr": "X",
	"Yfr": "Y", "Yopf": "Y", "Yscr": "Y", "Zfr": "Z", "Zopf": "Z", "Zscr": "Z", "integers": "Z", "zeetrf": "Z",
	"lbrack": "[", "lsqb": "[", "bsol": "\\", "rbrack": "]", "rsqb": "]", "Hat": "^", "UnderBar": "_",
	"lowbar": "_", "DiacriticalGrave": "`", "grave": "`", "afr": "a", "aopf": "a", "ascr": "a", "ordf": "a",
	"bfr": "b", "bopf": "b", "bscr": "b", "cfr": "c", "copf": "c", "cscr": "c", "incare": "c/o",
	"DifferentialD": "d", "dd": "d", "dfr": "d", "dopf": "d", "dscr": "d", "ExponentialE": "e", "ee": "e",
	"efr": "e", "eopf": "e", "escr": "e", "exponentiale": "e", "ffr": "f", "fopf": "f", "fscr": "f",
	"fflig": "ff", "ffilig": "ffi", "ffllig": "ffl", "filig": "fi", "fjlig": "fj", "fllig": "fl", "gfr": "g",
	"gopf": "g", "gscr": "g", "hfr": "h", "hopf": "h", "hscr": "h", "planckh": "h", "ImaginaryI": "i",
	"ifr": "i", "ii": "i", "iopf": "i", "iscr": "i", "ijlig": "ij", "jfr": "j", "jopf": "j", "jscr": "j",
	"kfr": "k", "kopf": "k", "kscr": "k", "ell": "l", "lfr": "l", "lopf": "l", "lscr": "l", "mfr": "m",
	"mopf": "m", "mscr": "m", "nfr": "n", "nopf": "n", "nscr": "n", "ofr": "o", "oopf": "o", "order": "o",
	"orderof": "o", "ordm": "o", "oscr": "o", "pfr": "p", "popf": "p", "pscr": "p", "qfr": "q", "qopf": "q",
	"qscr": "q", "rfr": "r", "ropf": "r", "rscr": "r", "sfr": "s", "sopf": "s", "sscr": "s", "tfr": "t",
	"topf": "t", "tscr": "t", "ufr": "u", "uopf": "u", "uscr": "u", "vfr": "v", "vopf": "v", "vscr": "v",
	"wfr": "w", "wopf": "w", "wscr": "w", "xfr": "x", "xopf": "x", "xscr": "x", "yfr": "y", "yopf": "y",
	"yscr": "y", "zfr": "z", "zopf": "z", "zscr": "z", "lbrace": "{", "lcub": "{", "VerticalLine": "|",
	"verbar": "|", "vert": "|", "rbrace": "}", "rcub": "}", "Idot": "İ", "imath": "ı", "inodot": "ı",
}
