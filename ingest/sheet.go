package ingest

import (
	"fmt"
	"slices"
	"strings"
)

// sheetWriter writes a sheet of service-public as sections. Situations,
// chapters and cases become headings, so that each text stands under all the
// conditions on which it holds.
type sheetWriter struct{ out outline }

// sheetSkipped are the parts of a publication that say nothing of their own:
// metadata, navigation, pictures, and definitions, which are resources.
func sheetSkipped(name string) bool {
	return slices.Contains([]string{
		"title", "creator", "subject", "description", "publisher", "contributor", "date", "type", "format",
		"identifier", "source", "language", "relation", "coverage", "rights",
		"SurTitre", "Audience", "Canal", "FilDAriane", "Theme", "SousThemePere", "DossierPere", "SousDossierPere", "Dossier", "Fiche",
		"VoirAussi", "QuestionReponse", "CommentFaireSi", "Actualite", "Partenaire", "Source", "Definition",
		"Image", "Video", "Titre", "Complement", "Commentaire", "NumeroCerfa", "AutreNumero", "LienWeb", "PivotLocal", "RessourceWeb",
	}, name)
}

// publication writes a whole file: the body in its order, then what stands
// beside it, by kind.
func (w *sheetWriter) publication(root *xmlNode) {
	var beside [4][]*xmlNode
	isResource := root.name == "ServiceComplementaire"
	if isResource {
		w.resource(root)
	}
	for _, k := range root.children {
		switch k.name {
		case "OuSAdresser":
			beside[0] = append(beside[0], k)
		case "ServiceEnLigne":
			beside[1] = append(beside[1], k)
		case "PourEnSavoirPlus", "SiteInternetPublic", "LienExterneCommente":
			beside[2] = append(beside[2], k)
		case "Reference":
			beside[3] = append(beside[3], k)
		case "InformationComplementaire":
			w.headed(k, 1)
		default:
			if !isResource || k.name != "NoticeLiee" { // which resource tells
				w.walk(k, 1)
			}
		}
	}
	for i, title := range []string{"Où s’adresser ?", "Services en ligne et formulaires", "Pour en savoir plus", "Textes de loi et références"} {
		if len(beside[i]) == 0 {
			continue
		}
		w.out.heading(1, "", title)
		var links []string
		for _, k := range beside[i] {
			if i < 2 {
				w.walk(k, 2)
			} else {
				links = append(links, "- "+reference(k))
			}
		}
		w.out.block(strings.Join(links, "\n"))
		w.leave(1)
	}
}

// resource writes what a service, a form or a definition is.
func (w *sheetWriter) resource(root *xmlNode) {
	line := root.child("type").line()
	title := root.child("title").line()
	line = join2(line, "\u00a0: ", title)
	for _, number := range []struct{ name, label string }{{"NumeroCerfa", "Cerfa n°\u00a0"}, {"AutreNumero", "n°\u00a0"}} {
		if n := root.child(number.name).line(); n != "" {
			line += ", " + number.label + n
		}
	}
	var links []string
	for _, k := range root.children {
		if k.name == "LienWeb" || k.name == "NoticeLiee" {
			links = append(links, reference(k))
		}
	}
	if len(links) == 1 && !strings.Contains(line, "http") {
		line += "\n" + links[0]
	} else if len(links) > 1 {
		line += "\u00a0:\n- " + strings.Join(links, "\n- ")
	}
	w.out.block(line)
}

// saysSomething tells whether a resource has more than a title: a text, a form's
// number, or an address.
func saysSomething(root *xmlNode) bool {
	for _, name := range []string{"Texte", "Description", "Introduction", "NumeroCerfa"} {
		if root.child(name).line() != "" {
			return true
		}
	}
	link := root.child("LienWeb")
	return link != nil && link.said("URL") != ""
}

// walk writes an element; headings below it are of this level or deeper.
func (w *sheetWriter) walk(n *xmlNode, level int) {
	switch n.name {
	case "":
		w.out.block(spacedXML(n.text))
	case "Situation", "Chapitre", "SousChapitre", "Cas":
		w.headed(n, level)
	case "Paragraphe":
		w.out.block(inlineXML(n))
	case "Liste", "Tableau", "ASavoir", "ANoter", "Attention", "Rappel", "Exemple", "Avertissement", "OuSAdresser", "ServiceEnLigne", "LienExterneCommente", "Reference", "PourEnSavoirPlus", "NoticeLiee":
		w.out.block(strings.Join(sheetLines(n), "\n"))
	case "BlocCas", "ListeSituations":
		if title := n.child("Titre").line(); title != "" {
			w.out.heading(level, "", title)
			defer w.leave(level)
			level++
		}
		w.below(n, level)
	default:
		switch {
		case sheetSkipped(n.name):
		case n.hasText():
			w.out.block(inlineXML(n))
		default:
			w.below(n, level)
		}
	}
}

// headed writes an element under its title. What follows it does not stand
// under that title.
func (w *sheetWriter) headed(n *xmlNode, level int) {
	w.leave(level)
	if title := n.child("Titre").line(); title != "" {
		w.out.heading(level, "", title)
		level++
		defer w.leave(level - 1)
	}
	w.below(n, level)
}

func (w *sheetWriter) below(n *xmlNode, level int) {
	for _, k := range n.children {
		w.walk(k, level)
	}
}

// leave ends the headings of this level and deeper.
func (w *sheetWriter) leave(level int) {
	w.out.close()
	w.out.popTo(level)
}

// sheetLines is a block as lines of text.
func sheetLines(n *xmlNode) []string {
	switch n.name {
	case "":
		return nonEmpty(spacedXML(n.text))
	case "Liste":
		return listLines(n)
	case "Tableau":
		return tableLines(n)
	case "ASavoir":
		return labelled(n, "À savoir")
	case "ANoter":
		return labelled(n, "À noter")
	case "Attention", "Avertissement":
		return labelled(n, "Attention")
	case "Rappel":
		return labelled(n, "Rappel")
	case "Exemple":
		return labelled(n, "Exemple")
	case "OuSAdresser":
		return contactLines(n)
	case "ServiceEnLigne":
		return serviceLines(n)
	case "LienExterneCommente", "Reference", "PourEnSavoirPlus", "NoticeLiee":
		return nonEmpty(reference(n))
	case "Situation", "Chapitre", "SousChapitre", "Cas":
		// In a place that has no headings, such as an item of a list.
		title := n.child("Titre").line()
		lines := bodyLines(n)
		if title != "" {
			lines = append([]string{strings.TrimRight(title, " :\u00a0") + "\u00a0:"}, lines...)
		}
		return lines
	}
	if sheetSkipped(n.name) {
		return nil
	}
	if n.name == "Paragraphe" || n.hasText() {
		return nonEmpty(inlineXML(n))
	}
	return bodyLines(n)
}

// bodyLines are the lines of all that stands in an element, its title left out.
func bodyLines(n *xmlNode) []string {
	var lines []string
	for _, k := range n.children {
		lines = append(lines, sheetLines(k)...)
	}
	return lines
}

func nonEmpty(line string) []string {
	if strings.TrimSpace(line) == "" {
		return nil
	}
	return strings.Split(line, "\n")
}

// listLines are the items of a list behind their markers; what stands in an
// item below its first line is indented.
func listLines(n *xmlNode) []string {
	var lines []string
	if title := n.child("Titre").line(); title != "" {
		lines = append(lines, strings.TrimRight(title, " :\u00a0")+"\u00a0:")
	}
	number := 0
	for _, k := range n.children {
		if k.name != "Item" {
			continue
		}
		item := sheetItem(k)
		if len(item) == 0 {
			continue
		}
		number++
		marker := "- "
		if kind := strings.ToLower(n.said("type")); strings.HasPrefix(kind, "num") || kind == "ordonnee" {
			marker = fmt.Sprintf("%d. ", number)
		}
		for i, line := range item {
			if i == 0 {
				lines = append(lines, marker+strings.TrimPrefix(line, "- "))
				continue
			}
			lines = append(lines, strings.Repeat(" ", len(marker))+line)
		}
	}
	return lines
}

// sheetItem is what stands in an item, whose text may be bare.
func sheetItem(n *xmlNode) []string {
	if !n.hasText() {
		return bodyLines(n)
	}
	text := &xmlNode{}
	var lines []string
	for _, k := range n.children {
		if k.name == "Liste" || k.name == "Tableau" {
			lines = append(lines, sheetLines(k)...)
			continue
		}
		text.children = append(text.children, k)
	}
	return append(nonEmpty(inlineXML(text)), lines...)
}

// labelled are the lines of a remark behind its label, or its own title where
// that says more.
func labelled(n *xmlNode, label string) []string {
	title := strings.TrimRight(n.child("Titre").line(), " :\u00a0!")
	if title != "" && !sameText(strings.ReplaceAll(title, "A ", "À "), label) {
		label = label + "\u00a0: " + title
	}
	lines := bodyLines(n)
	if n.hasText() {
		lines = sheetItem(n)
	}
	if len(lines) == 0 {
		return nil
	}
	if strings.HasPrefix(lines[0], "- ") || strings.HasPrefix(lines[0], "|") || strings.HasPrefix(lines[0], "1. ") {
		return append([]string{label + "\u00a0:"}, lines...)
	}
	lines[0] = label + "\u00a0: " + lines[0]
	return lines
}

// contactLines say whom to turn to: the kind of service and its link, then
// what is said of it.
func contactLines(n *xmlNode) []string {
	title := n.child("Titre").line()
	if extra := n.child("Complement").line(); extra != "" {
		title = join2(title, " - ", extra)
	}
	line := "Où s’adresser"
	if kind := strings.ToLower(n.said("type")); strings.HasPrefix(kind, "local") {
		line += " (service local)"
	} else if kind != "" {
		line += " (" + kind + ")"
	}
	if site := n.child("RessourceWeb"); site != nil && site.said("URL") != "" {
		title = linkText(title, site.said("URL"))
	}
	return append([]string{line + "\u00a0: " + title}, bodyLines(n)...)
}

// serviceLines say an online service or a form: its kind, its number, its link,
// then what is said of it and its notices.
func serviceLines(n *xmlNode) []string {
	kind := n.said("type")
	if kind == "" || strings.EqualFold(kind, "Téléservice") {
		kind = "Service en ligne"
	}
	lines := []string{kind + "\u00a0: " + reference(n)}
	for _, k := range n.children {
		switch k.name {
		case "NoticeLiee":
			lines = append(lines, "Notice\u00a0: "+reference(k))
		case "":
		default:
			if !inlineElement(k.name) {
				lines = append(lines, sheetLines(k)...)
			}
		}
	}
	return lines
}

// reference is a link with its title, its number, and what is said of it.
func reference(n *xmlNode) string {
	title := n.child("Titre").line()
	if title == "" {
		title = oneLine(inlineXML(n))
	}
	if extra := n.child("Complement").line(); extra != "" {
		title = join2(title, "\u00a0: ", extra)
	}
	if cerfa := n.said("numerocerfa"); cerfa != "" {
		title = join2(title, ", ", "Cerfa n°\u00a0"+cerfa)
	}
	if other := n.said("autrenumero"); other != "" {
		title = join2(title, ", ", "n°\u00a0"+other)
	}
	address := n.said("URL")
	for _, k := range n.children {
		if link := k; link.name == "LienExterne" && address == "" {
			address = link.said("URL")
			title = join2(n.child("Titre").line(), "\u00a0: ", link.line())
		}
	}
	if comment := n.child("Commentaire").line(); comment != "" {
		title = join2(title, " - ", comment)
	}
	if address == "" {
		return title
	}
	return linkText(title, address)
}

func join2(a, sep, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + sep + b
}

// tableLines are a table's rows. A cell that spans rows is told again in each,
// so that each row can be read alone.
func tableLines(n *xmlNode) []string {
	type span struct {
		rows int
		text string
	}
	carried := map[int]span{}
	var grid [][]string
	header := false
	for _, row := range n.children {
		if row.name != "Rangée" && row.name != "Rangee" {
			continue
		}
		var texts []string
		carry := func() {
			for c := carried[len(texts)]; c.rows > 0 && len(texts) < sheetColumns; c = carried[len(texts)] {
				carried[len(texts)] = span{c.rows - 1, c.text}
				texts = append(texts, c.text)
			}
		}
		for _, cell := range row.children {
			if cell.name != "Cellule" {
				continue
			}
			carry()
			text := strings.Join(trimAll(sheetItem(cell)), ", ")
			for i := range sheetSpan(cell, "fusionHorizontale") {
				if len(texts) >= sheetColumns {
					break
				}
				if i > 0 {
					text = ""
				}
				if down := sheetSpan(cell, "fusionVerticale"); down > 1 && len(text) < maxCarried {
					carried[len(texts)] = span{down - 1, text}
				}
				texts = append(texts, text)
			}
		}
		carry()
		header = header || len(grid) == 0 && row.said("type") == "header"
		grid = append(grid, texts)
	}
	if len(grid) == 0 {
		return nil
	}
	lines := nonEmpty(strings.TrimRight(pipeTable(grid, header && len(grid) > 1), "\n"))
	if title := n.child("Titre").line(); title != "" {
		lines = append([]string{strings.TrimRight(title, " :\u00a0") + "\u00a0:"}, lines...)
	}
	return lines
}

// Bounds of what hostile spans can blow a table up to.
const (
	sheetColumns = 100
	maxCarried   = 2000 // bytes of a cell that is told again
)

func sheetSpan(cell *xmlNode, name string) int {
	n := 0
	if _, err := fmt.Sscanf(cell.said(name), "%d", &n); err != nil || n < 1 {
		return 1
	}
	return min(n, 50)
}

func trimAll(lines []string) []string {
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(strings.TrimSpace(line), "- ")
	}
	return lines
}

// inlineElement tells what stands within a paragraph.
func inlineElement(name string) bool {
	return slices.Contains([]string{
		"LienInterne", "LienExterne", "LienIntra", "MiseEnEvidence", "Exposant", "Indice", "Expression",
		"Citation", "Variable", "Valeur", "Montant", "TermeEtranger",
	}, name)
}

// inlineXML is an element's text as one paragraph. A link out of the site keeps
// its address; one to another sheet is its words.
func inlineXML(n *xmlNode) string {
	var b strings.Builder
	writeInline(&b, n)
	return strings.TrimSpace(spacedXML(b.String()))
}

func writeInline(b *strings.Builder, n *xmlNode) {
	for _, k := range n.children {
		switch k.name {
		case "":
			b.WriteString(k.text)
		case "LienExterne":
			b.WriteString(linkText(inlineXML(k), k.said("URL")))
		case "Montant":
			amount := inlineXML(k)
			if !strings.Contains(amount, "€") {
				amount += "\u00a0€"
			}
			b.WriteString(amount)
		case "Image", "Video", "Source", "Commentaire", "Complement", "NoticeLiee":
		case "Paragraphe", "Item", "Liste", "Texte", "Titre":
			b.WriteByte(' ')
			writeInline(b, k)
			b.WriteByte(' ')
		default:
			writeInline(b, k)
		}
	}
}

// spacedXML makes every run of XML's white space one space; other spaces stay.
func spacedXML(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r == ' ' || r == '\n' || r == '\t' || r == '\r'
	}), " ")
}
