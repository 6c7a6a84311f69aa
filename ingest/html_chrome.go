package ingest

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// Names that sites give to what frames a page's content, as parts of classes
// and ids. What has such a name goes, wherever it stands.
var chromeName = regexp.MustCompile(`^(?:.*[-_])?(?:cookies?|consent|rgpd|gdpr|tarteaucitron.*|axeptio.*|didomi.*|orejime.*|cmplz.*|` +
	`breadcrumbs?|fil-?d?-?ariane|filariane|ariane|pathway|chemin|skip-?links?|skip-?to-.*|evitement|` +
	`share|sharing|shares|sharedaddy|addtoany.*|a2a|partage|partager|social-?(?:links?|share|icons?|media|networks?|menu|bar)|reseaux-?sociaux|` +
	`newsletter|pagination|pager|page-?numbers|site-?(?:header|footer|nav|branding)|main-?menu|menu-?(?:principal|main|top|footer|burger|mobile)|navbar|` +
	`print(?:-?link|-?button)?|imprimer|back-?to-?top|scroll-?(?:to-?)?top|to-?top|haut-?de-?page|retour-?(?:en-?)?haut|` +
	`search-?(?:form|box|bar|block|block-form)|form(?:ulaire)?-?recherche|recherche-form|moteur-?(?:de-?)?recherche|` +
	`carousel|carrousel|slider|slideshow|slick.*|swiper.*|diaporama|owl-.*|flexslider|revslider.*|` +
	`comments|comment-respond|respond|comment-form|wp-calendar|mini-?calend(?:ar|rier)|datepicker|ui-datepicker|meteo|weather|` +
	`lang(?:uage)?-?(?:switcher|selector|menu|block)|wpml-.*|pll-.*|modal|popup|overlay|lightbox|` +
	`related(?:-.*)?|jp-relatedposts|similaires|connexes|a-?lire-?aussi|voir-?aussi|meme-?rubrique|` +
	`post-?navigation|nav-?links|nav-?previous|nav-?next|entry-?(?:meta|footer)|post-?meta|article-info|tags-?links|cat-?links|` +
	`info-?publi|byline|auteurs|author-?(?:box|bio)|posted-(?:on|by)|repondre|leaflet.*|mapboxgl.*|ol-viewport|gm-style.*|` +
	`page-?actions|page-?tools|outils|outils-page|toolbar|accessconfig.*|a42-ac.*|taille-?(?:du-?)?texte|` +
	`publicite|sitemap-footer|mega-?menu|off-?canvas|burger|hamburger)$`)

// stateName are classes that say how an element looks or behaves, not what it
// is: "has-overlay", "no-print".
var stateName = regexp.MustCompile(`^(?:has|is|no|not|with|without|hide|show|visible|d|u|col|text|bg|align)-`)

// Names of what frames the page where it stands outside of the content.
var frameName = regexp.MustCompile(`^(?:(?:site|page|main|global|body|layout|region|bas|haut|elementor-location)[-_])?(?:header|entete|en-tete|footer|pied(?:-?de)?-?page|pied|bas-?de-?page|topbar|top-?bar|bandeau(?:-haut|-alerte)?|` +
	`copyright|colophon|login|connexion|acces-?rapides?|quick-?(?:links|access)|raccourcis)(?:[-_]+(?:container|wrap(?:per)?|area|content|inner|widgets?|main|zone|region|section|block|bloc))?$`)

// Names of columns beside the content: only what says how to reach somebody is
// kept of them.
var sideName = regexp.MustCompile(`^(?:.*[-_])?(?:sidebar.*|side-?bar|secondary|secondaire|extra|tertiary|aside|` +
	`(?:col(?:onne|umn)?-?(?:droite|gauche|left|right|g|d))|(?:left|right|gauche|droite)-?(?:col(?:onne|umn)?|menu|side)|menu-?(?:gauche|droite|left|right|lateral|rub.*)|` +
	`widget-?area|widgets|rubriques|subnav|sub-?menu|sous-?menu)$`)

// Names that content has too: what has one goes only when it is made of links.
var maybeName = regexp.MustCompile(`^(?:.*[-_])?(?:menus?|nav|navigation|widget|moduletable|module|sommaire|agenda|actus?|actualites|news|recent|latest|` +
	`liens|tags|meta|tools|block|bloc|encart|box|top|bottom|teasers?|cards?|plan)(?:[-_].*)?$`)

// Headings over what leads elsewhere.
var relatedHeading = regexp.MustCompile(`(?i)^(?:(?:à|a) (?:lire|voir|d[ée]couvrir|consulter) aussi|voir (?:aussi|[ée]galement)|lire aussi|` +
	`(?:dans la|de la) même (?:rubrique|catégorie|section)|(?:articles?|pages?|contenus?|actualit[ée]s?|publications?|sujets?) (?:similaires?|connexes?|associ[ée]e?s?|li[ée]e?s?|r[ée]cente?s?|en relation)|` +
	`sur le m[êe]me (?:sujet|th[èe]me)|ces (?:pages|articles|contenus) (?:pourraient|peuvent) .*|cela pourrait (?:aussi )?vous int[ée]resser|vous (?:aimerez|pourriez) aussi.*|` +
	`partager(?: (?:cette page|cet article|sur.*))?|suivez-nous.*|derni[èe]res actualit[ée]s|les derni[èe]res (?:actualit[ée]s|infos)|toutes les actualit[ée]s|(?:toute )?l[’']actualit[ée]|actualit[ée]s|` +
	`navigation(?: de l[’']article)?|menu.*|rubriques?|acc[èe]s (?:rapides?|directs?)|en (?:un|1) clics?|nuage de (?:tags|mots).*|mots-cl[ée]s|tags|related.*|share.*)\s*:?$`)

// Links that do something to the page, or stand on every page, instead of
// leading to contents.
var actionText = regexp.MustCompile(`(?i)^(?:[↑^▲⇧]?\s*(?:retour (?:en )?haut|haut|remonter|revenir en haut|retour vers le haut)(?: de (?:la )?page)?|(?:aller|passer) (?:au|à la|à l[’']) ?(?:contenu|menu|navigation|recherche|pied de page).*|` +
	`imprimer(?: (?:la|cette) page)?|version (?:imprimable|pdf de la page)|envoyer (?:par (?:e-?mail|courriel)|à un ami)|partager(?: (?:sur|par) .*)?|agrandir|r[ée]duire|` +
	`retour(?: à la liste| à l[’']accueil)?|[«‹<←]?\s*pr[ée]c[ée]dent|suivant\s*[»›>→]?|fermer|ajouter (?:aux|à mes) favoris|signaler (?:une erreur|un probl[èe]me) sur (?:la|cette) page|a\s?[-+]|[+-]\s?a|` +
	`mentions l[ée]gales|plan du site|accessibilit[ée](?: ?: ?(?:non|partiellement|totalement)? ?conforme)?|(?:protection des )?donn[ée]es personnelles|politique de (?:confidentialit[ée]|cookies)|gestion des cookies|cookies|cr[ée]dits|se connecter|(?:flux )?rss(?: 2\.0)?)$`)

// Links that do so where they lead to the same site.
var teaserText = regexp.MustCompile(`(?i)^(?:lire la suite.*|en savoir plus|plus d[’']infos?|facebook|twitter|x|linkedin|whatsapp|instagram|youtube|pinterest)$`)

// Lines that the maker of a site signs it with.
var signature = regexp.MustCompile(`(?i)^(?:©|\(c\)|copyright|tous droits r[ée]serv[ée]s|(?:site|page)s? (?:internet )?(?:r[ée]alis[ée]e?|cr[ée][ée]e?|con[çc]ue?|d[ée]velopp[ée]e?|propuls[ée]e?)s? (?:par|avec)|vous [êe]tes le \d|nombre de visiteurs)`)

var shareLink = regexp.MustCompile(`(?i)(?:facebook\.com/(?:sharer|share)|twitter\.com/(?:intent|share|home)|x\.com/intent|linkedin\.com/share|pinterest\.[a-z]+/pin/create|wa\.me/\?|whatsapp:|api\.whatsapp\.com/send|^mailto:\?|addtoany\.com|javascript:\s*(?:window\.)?print)`)

// Dropped counts what a reader took for clutter, for one reason.
type Dropped struct {
	What   string `json:"what"`
	Blocks int    `json:"blocks"`
	Words  int    `json:"words"`
}

// pruner takes out of a page what is not its content.
type pruner struct {
	facts   map[*html.Node]*facts
	total   int // characters of the whole page
	hasMain bool
	hasH1   bool
	h1s     int
	panels  map[string]bool // ids of what a click unfolds
	dropped []Dropped
}

// prune goes through what is below n, outermost first. content is whether n
// stands in what the page marks as its content.
func (p *pruner) prune(n *html.Node, content bool) {
	for c, next := n.FirstChild, (*html.Node)(nil); c != nil; c = next {
		next = c.NextSibling
		if c.Type == html.CommentNode {
			n.RemoveChild(c)
			continue
		}
		if c.Type != html.ElementNode {
			continue
		}
		f := p.facts[c]
		if f == nil { // silent
			n.RemoveChild(c)
			continue
		}
		inside := content || c.Data == "main" || c.Data == "article" || attr(c, "role") == "main"
		if why := p.clutter(c, f, inside); why != "" {
			p.drop(c, why)
			continue
		}
		if !inside && p.isSide(c, f) {
			p.keepContacts(c)
			continue
		}
		p.prune(c, inside || c.Data == "section")
	}
}

// drop removes a part. The page's only h1 is put into its place.
func (p *pruner) drop(n *html.Node, why string) {
	if f := p.facts[n]; f.h1 && p.h1s == 1 && n.Data != "h1" {
		for c := range n.Descendants() {
			if c.Type == html.ElementNode && c.Data == "h1" {
				c.Parent.RemoveChild(c)
				n.Parent.InsertBefore(c, n)
				break
			}
		}
	}
	p.count(n, why)
	for {
		parent, next := n.Parent, nextElement(n)
		before := n.PrevSibling
		for before != nil && before.Type == html.TextNode && strings.TrimSpace(before.Data) == "" {
			before = before.PrevSibling
		}
		parent.RemoveChild(n)
		// A heading over nothing but what was dropped goes too.
		if before != nil && isHeading(before) && before.Data != "h1" && (next == nil || isHeading(next) && next.Data <= before.Data) {
			p.count(before, why)
			parent.RemoveChild(before)
		}
		// So does the empty shell that is left.
		if parent.Parent == nil || parent.Data == "body" || parent.Data == "main" || parent.Data == "article" || strings.TrimSpace(spacedText(parent)) != "" {
			return
		}
		n = parent
	}
}

// count notes what is dropped.
func (p *pruner) count(n *html.Node, why string) {
	words := 0
	for c := range n.Descendants() {
		if c.Type == html.TextNode && !isSilent(c.Parent.Data) {
			words += len(strings.Fields(c.Data))
		}
	}
	if words == 0 {
		return
	}
	for i := range p.dropped {
		if p.dropped[i].What == why {
			p.dropped[i].Blocks++
			p.dropped[i].Words += words
			return
		}
	}
	p.dropped = append(p.dropped, Dropped{What: why, Blocks: 1, Words: words})
}

// clutter says why an element is no content, or "".
func (p *pruner) clutter(n *html.Node, f *facts, content bool) string {
	holds := f.main || f.h1 && p.hasH1
	switch n.Data {
	case "nav", "menu":
		if !holds {
			return "navigation"
		}
	case "dialog":
		return "dialogues"
	case "label", "legend":
		return "forms"
	case "form":
		// Some sites put the whole page into a form.
		if !holds && f.text < 400 && f.text*2 < p.total {
			return "forms"
		}
	case "header", "footer":
		switch {
		case !content && !f.main:
			return "header and footer"
		case content && n.Data == "footer" && !f.contact && !f.h1 && (f.linky(4) || f.text < 60):
			return "header and footer"
		}
	case "a":
		if why := action(n, f); why != "" {
			return why
		}
	case "table":
		if isCalendar(n) {
			return "calendars"
		}
	}
	if why := p.line(n, f); why != "" {
		return why
	}
	switch attr(n, "role") {
	case "navigation", "search", "menu", "menubar", "dialog", "alertdialog", "banner", "contentinfo", "tooltip":
		if !holds {
			return "navigation"
		}
	}
	if hides(n) && !holds && !p.unfolds(n) {
		return "hidden"
	}
	return p.named(n, f, content)
}

// line judges short blocks by what they say: the way to the page, links to
// share it, the maker's signature.
func (p *pruner) line(n *html.Node, f *facts) string {
	if f.text == 0 || f.text > 200 || f.h1 || f.main || f.blocks > 1 || isInline(n.Data) {
		return ""
	}
	text := oneLine(spacedText(n))
	switch {
	case f.links >= 2 && p.shares(n, f):
		return "sharing"
	case f.links >= 1 && isTrail(n, text):
		return "navigation"
	case f.text < 120 && !f.heading && signature.MatchString(text):
		return "header and footer"
	}
	return ""
}

var trailStart = regexp.MustCompile(`(?i)^(?:vous [êe]tes ici\s*:?\s*)?(?:accueil|home)\b`)

// isTrail tells the line that says where a page stands in its site: it begins
// at the home page, and parts the steps by marks or as a list.
func isTrail(n *html.Node, text string) bool {
	if !trailStart.MatchString(text) {
		return false
	}
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == "a" {
			first := strings.ToLower(oneLine(rawText(c)))
			return (first == "accueil" || first == "home") && (n.Data == "ol" || n.Data == "ul" || strings.ContainsAny(text, ">»›/|→") || strings.Contains(text, " - "))
		}
	}
	return false
}

// isCalendar tells a month's table: days and their names, and nothing else.
func isCalendar(table *html.Node) bool {
	cells, days, numbers := 0, 0, 0
	for c := range table.Descendants() {
		if c.Type != html.ElementNode || c.Data != "td" && c.Data != "th" {
			continue
		}
		text := oneLine(rawText(c))
		if text == "" {
			continue
		}
		cells++
		day, err := strconv.Atoi(text)
		if err == nil {
			numbers++
		}
		if err == nil && day >= 1 && day <= 31 || err != nil && len(text) <= 4 && strings.Trim(text, ".") != "" {
			days++
		}
	}
	return cells >= 6 && days*10 >= cells*9 && numbers*2 >= cells
}

// named judges an element by its class and id.
func (p *pruner) named(n *html.Node, f *facts, content bool) string {
	if n.Data == "html" || n.Data == "body" || n.Data == "main" || n.Data == "article" || f.main || f.h1 {
		return ""
	}
	// A page without h1 and main gives no other hold than its size.
	large := f.text*10 > p.total*6
	for token := range strings.FieldsSeq(strings.ToLower(attr(n, "class") + " " + attr(n, "id"))) {
		switch {
		case stateName.MatchString(token), large && !p.hasH1 && !p.hasMain:
		case chromeName.MatchString(token):
			return "named as clutter"
		case !content && frameName.MatchString(token) && !large:
			return "header and footer"
		case maybeName.MatchString(token) && f.linky(8) && f.useful*2 < f.links && !f.contact && !large && f.links > 1:
			return "navigation"
		}
	}
	return ""
}

// isSide tells a column beside the content.
func (p *pruner) isSide(n *html.Node, f *facts) bool {
	if f.h1 || f.main || f.text*10 > p.total*6 {
		return false
	}
	if n.Data == "aside" {
		return true
	}
	for token := range strings.FieldsSeq(strings.ToLower(attr(n, "class") + " " + attr(n, "id"))) {
		if sideName.MatchString(token) && !strings.HasPrefix(token, "has-") {
			return true
		}
	}
	return false
}

// sideContact is how long, in characters, a block that says how to reach
// somebody may be.
const sideContact = 900

// keepContacts removes from a side column all but the blocks that say how to
// reach somebody, and what stands in them.
func (p *pruner) keepContacts(n *html.Node) {
	f := p.facts[n]
	if !f.contact {
		p.drop(n, "side columns")
		return
	}
	if f.text <= sideContact && !f.linky(6) && !manyBlocks(n, p.facts) {
		p.prune(n, true)
		return
	}
	for c, next := n.FirstChild, (*html.Node)(nil); c != nil; c = next {
		next = c.NextSibling
		if c.Type != html.ElementNode {
			continue
		}
		if p.facts[c] == nil {
			n.RemoveChild(c)
			continue
		}
		p.keepContacts(c)
	}
}

// manyBlocks tells a column of several headed blocks from one block.
func manyBlocks(n *html.Node, all map[*html.Node]*facts) bool {
	// Wrappers of one part are looked through.
	for {
		var only *html.Node
		parts := 0
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if f := all[c]; f != nil && f.text > 0 {
				only = c
				parts++
			}
		}
		if parts != 1 || isHeading(only) {
			break
		}
		n = only
	}
	headed := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if f := all[c]; f != nil && f.heading && f.text > 0 && !isHeading(c) {
			headed++
		}
	}
	return headed > 1
}

// spacedText is all text below a node, a space between its parts.
func spacedText(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode && !isSilent(c.Parent.Data) {
			b.WriteString(c.Data)
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func isHeading(n *html.Node) bool {
	return n.Type == html.ElementNode && len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6'
}

// action says of a link why it leads to no contents, or "".
func action(n *html.Node, f *facts) string {
	href := strings.TrimSpace(attr(n, "href"))
	if shareLink.MatchString(href) {
		return "sharing"
	}
	if f.text > 60 {
		return ""
	}
	text := oneLine(rawText(n))
	here := href == "" || strings.HasPrefix(href, "#") || strings.HasPrefix(strings.ToLower(href), "javascript:")
	switch {
	case text == "":
	case actionText.MatchString(text), teaserText.MatchString(text) && (f.useful == 0 || here):
		return "actions on the page"
	}
	return ""
}

// shares tells a block of links to share the page, with little else.
func (p *pruner) shares(n *html.Node, f *facts) bool {
	shared, all := 0, 0
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == "a" {
			all++
			if g := p.facts[c]; g != nil && action(c, g) != "" {
				shared++
			}
		}
	}
	return shared >= 2 && shared == all && f.text-f.linkText < 40
}

// hides tells what a page keeps from being seen by its own marks.
func hides(n *html.Node) bool {
	if _, ok := attribute(n, "hidden"); ok || attr(n, "aria-hidden") == "true" {
		return true
	}
	style := strings.ToLower(strings.ReplaceAll(attr(n, "style"), " ", ""))
	return strings.Contains(style, "display:none")
}

var panelName = regexp.MustCompile(`accord|collaps|panel|toggle|tab-?content|tab-?pane|onglet|depli|d[ée]roul|faq|spoiler|fold`)

// unfolds tells what a click shows: the panels of accordions and tabs, and what
// stands inside an accordion.
func (p *pruner) unfolds(n *html.Node) bool {
	if id := attr(n, "id"); id != "" && p.panels[id] {
		return true
	}
	for c := n; c != nil && c.Type == html.ElementNode; c = c.Parent {
		if c.Data == "details" || attr(c, "role") == "tabpanel" || panelName.MatchString(strings.ToLower(attr(c, "class"))) {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}
