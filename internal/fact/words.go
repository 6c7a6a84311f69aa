package fact

// unitsFR and unitsEN are the number words below twenty, tensFR and tensEN the
// round ones. "un" and "one" count only before a unit.
var (
	numberUnits = map[string]map[string]int{
		"fr": {"zero": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
			"dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16},
		"en": {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
			"ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
			"seventeen": 17, "eighteen": 18, "nineteen": 19},
	}
	numberTens = map[string]map[string]int{
		"fr": {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70, "huitante": 80, "nonante": 90}, //nolint:misspell // French
		"en": {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90},
	}
	hundreds  = map[string]bool{"cent": true, "cents": true, "hundred": true}
	thousands = map[string]bool{"mille": true, "thousand": true}
	// Words that count by themselves: "une douzaine".
	collectives = map[string]int{
		"dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40,
		"cinquantaine": 50, "soixantaine": 60, "centaine": 100, "dozen": 12,
	}
)

// -1 is the last.
var ordinals = map[string]map[string]int{
	"fr": {"premier": 1, "premiere": 1, "premiers": 1, "premieres": 1, "deuxieme": 2, "second": 2, "seconde": 2, "troisieme": 3,
		"quatrieme": 4, "cinquieme": 5, "sixieme": 6, "septieme": 7, "huitieme": 8, "neuvieme": 9, "dixieme": 10,
		"dernier": -1, "derniere": -1, "derniers": -1, "dernieres": -1},
	"en": {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
		"tenth": 10, "last": -1},
}

// Periods, by the words for them.
var periodWords = map[string]string{
	"minute": "minute", "minutes": "minute", "min": "minute", "mn": "minute",
	"hour": "hour", "hours": "hour",
	"jour": "day", "jours": "day", "journee": "day", "journees": "day", "day": "day", "days": "day",
	"semaine": "week", "semaines": "week", "week": "week", "weeks": "week",
	"mois": "month", "month": "month", "months": "month",
	"trimestre": "quarter", "trimestres": "quarter", "quarter": "quarter",
	"an": "year", "ans": "year", "annee": "year", "annees": "year", "year": "year", "years": "year",
	"nuit": "night", "nuits": "night", "night": "night", "nights": "night",
}

// Adjectives that say how often.
var rateWords = map[string]string{
	"annuel": "year", "annuelle": "year", "annuels": "year", "annuelles": "year", "annuellement": "year", "yearly": "year", "annual": "year", "annually": "year",
	"mensuel": "month", "mensuelle": "month", "mensuels": "month", "mensuelles": "month", "mensuellement": "month", "monthly": "month",
	"hebdomadaire": "week", "hebdomadaires": "week", "weekly": "week",
	"quotidien": "day", "quotidienne": "day", "quotidiennement": "day", "daily": "day",
	"trimestriel": "quarter", "trimestrielle": "quarter", "quarterly": "quarter",
}

var measures = map[string]string{
	"m": "m", "metre": "m", "metres": "m", "meter": "m", "meters": "m", "m2": "m2", "m3": "m3",
	"km": "km", "kilometre": "km", "kilometres": "km", "cm": "cm", "centimetre": "cm", "centimetres": "cm", "mm": "mm",
	"kg": "kg", "kilo": "kg", "kilos": "kg", "kilogrammes": "kg", "g": "g", "grammes": "g", "tonne": "t", "tonnes": "t", "t": "t",
	"l": "l", "litre": "l", "litres": "l", "liter": "l", "liters": "l",
	"db": "db", "decibel": "db", "decibels": "db", "watt": "w", "watts": "w", "kwh": "kwh", "degre": "deg", "degres": "deg", "°": "deg",
}

// Ways, by the words for them.
var ways = map[string]string{
	"rue": "rue", "avenue": "avenue", "av": "avenue", "boulevard": "boulevard", "bd": "boulevard", "boul": "boulevard", "bld": "boulevard",
	"place": "place", "pl": "place", "square": "square", "allee": "allee", "allees": "allee", "chemin": "chemin",
	"impasse": "impasse", "imp": "impasse", "route": "route", "rte": "route", "quai": "quai", "cours": "cours",
	"esplanade": "esplanade", "parvis": "parvis", "sentier": "sentier", "promenade": "promenade", "mail": "mail",
	"faubourg": "faubourg", "passage": "passage", "voie": "voie",
}

// Ways whose name may be in small letters, behind a number: "12 rue des lilas".
var smallWays = map[string]bool{"rue": true, "avenue": true, "boulevard": true, "allee": true, "impasse": true, "chemin": true, "quai": true, "square": true}

// Words between a way and its name.
var particles = map[string]bool{"de": true, "du": true, "des": true, "d": true, "la": true, "le": true, "les": true, "l": true, "'": true}

// Phrases before a fact that make it a limit, and those behind it. Of two that
// end alike, the longer holds: "pas avant" is more.
var (
	boundsBefore = map[string]Bound{
		"moins de": Less, "moins d '": Less, "jusqu ' a": Less, "jusqu ' au": Less, "jusqu ' aux": Less,
		"jusqu a": Less, "jusqu ' en": Less, "au plus": Less, "au plus tard le": Less, "au plus tard": Less,
		"au maximum": Less, "maximum": Less, "maximum de": Less, "max": Less, "avant": Less,
		"avant le": Less, "avant les": Less, "avant la": Less, "avant l '": Less, "inferieur a": Less,
		"inferieure a": Less, "inferieurs a": Less, "limite a": Less, "limitee a": Less, "limites a": Less,
		"limite de": Less, "la limite de": Less, "under": Less,
		"up to": Less, "at most": Less, "before": Less, "until": Less, "less than": Less,
		"below": Less, "by": Less, "depasser": Less,
		"au dessous de": Less, "au - dessous de": Less, "en dessous de": Less, "en - dessous de": Less,
		"ne depasse pas": Less, "ne depassent pas": Less, "ne depassant pas": Less, "depasse pas": Less, "depasse pas les": Less, "depassent pas les": Less, "n ' excede pas": Less,
		"n ' excedent pas": Less, "n ' excedant pas": Less, "exceder": Less, "plafond de": Less, "plafonne a": Less,
		"plafonnee a": Less, "plafonnes a": Less, "plafonnees a": Less, "a concurrence de": Less, "tout au plus": Less,
		"inferieures a": Less, "limitees a": Less, "fewer than": Less, "lower than": Less, "no later than": Less, "by no later than": Less,
		"not exceed": Less, "not exceeding": Less, "maximum of": Less, "less than or equal to": Less, "till": Less,
		"pas plus de": Less, "no more than": Less, "not more than": Less, "pas plus d '": Less,
		"plus de": More, "plus d '": More, "au moins": More, "au minimum": More, "minimum": More,
		"minimum de": More, "a partir de": More, "a partir du": More, "a partir d '": More, "a compter du": More,
		"a compter de": More, "des": More, "des le": More, "depuis": More, "depuis le": More,
		"depuis la": More, "apres": More, "apres le": More, "superieur a": More, "superieure a": More,
		"superieurs a": More, "au dela de": More, "au - dela de": More, "au - dela du": More, "passe": More,
		"over": More, "from": More, "at least": More, "more than": More, "after": More,
		"since": More, "above": More, "starting": More, "starting from": More, "as of": More,
		"superieures a": More, "au dessus de": More, "au - dessus de": More, "depasse": More, "depassent": More,
		"depassant": More, "excede": More, "excedent": More, "excedant": More, "au plus tot": More, "au plus tot le": More, "depasse les": More, "depassent les": More,
		"greater than": More, "higher than": More, "exceeds": More, "exceed": More, "exceeding": More, "minimum of": More,
		"greater than or equal to": More, "no less than": More, "not less than": More, "no earlier than": More, "no sooner than": More,
		"pas moins de": More, "pas avant": More, "pas avant le": More, "not before": More,
	}
	boundsAfter = map[string]Bound{
		"au plus": Less, "maximum": Less, "au maximum": Less, "max": Less, "et moins": Less,
		"ou moins": Less, "at most": Less, "or less": Less, "or under": Less, "or younger": Less,
		"au moins": More, "minimum": More, "au minimum": More, "et plus": More, "ou plus": More,
		"or fewer": Less, "or below": Less, "and below": Less, "and under": Less, "et en dessous": Less, "et au dessous": Less, "et au - dessous": Less,
		"et au dela": More, "et au - dela": More, "et au dessus": More, "et au - dessus": More, "ou davantage": More,
		"and up": More, "or above": More, "and above": More, "or more": More, "or older": More, "or over": More, "and over": More, "and older": More,
	}
)

// boundLinks may stand between such a phrase and its fact: "dès l'âge de 3 ans".
var boundLinks = []string{"", "l ' age de", "un age de", "un montant de", "la somme de", "the age of"}

// maxPhrase is the longest of them, in tokens.
const maxPhrase = 5
