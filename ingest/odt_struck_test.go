package ingest

import (
	"strings"
	"testing"
)

func TestODTNearestStyleDecidesWhetherTextIsStruck(t *testing.T) {
	const styles = `<style:style style:name="P1" style:family="paragraph"><style:text-properties style:text-line-through-style="solid" style:text-line-through-type="single"/></style:style>` +
		`<style:style style:name="P2" style:family="paragraph" style:parent-style-name="P1"><style:text-properties style:text-line-through-style="none" style:text-line-through-type="none"/></style:style>` +
		`<style:style style:name="P3" style:family="paragraph" style:parent-style-name="P1"/>` +
		`<style:style style:name="T1" style:family="text"><style:text-properties style:text-line-through-style="solid"/></style:style>` +
		`<style:style style:name="T2" style:family="text"><style:text-properties style:text-line-through-style="none"/></style:style>` +
		`<style:style style:name="T3" style:family="text"><style:text-properties/></style:style>`
	for _, c := range []struct {
		body, want string
		struck     bool
	}{
		{`<text:p text:style-name="P1">Le repas coûte 3 €.<text:span text:style-name="T2">Il coûte <text:span text:style-name="T3">4</text:span> €.</text:span></text:p>`, "Il coûte 4 €.", true},
		{`<text:p text:style-name="P1">Ancien <text:span text:style-name="T3">tarif</text:span></text:p>`, "", true},
		{`<text:p text:style-name="P2">Le repas <text:span text:style-name="T1">ne <text:span text:style-name="T2">coûte</text:span></text:span> 4 €.</text:p>`, "Le repas coûte 4 €.", true},
		{`<text:p text:style-name="P3">Ancien <text:a xlink:href="https://a.example/">lien</text:a></text:p>`, "", true},
		{`<text:p text:style-name="P3"><text:span text:style-name="T2">Tout reste.</text:span></text:p>`, "Tout reste.", false},
		{`<text:p text:style-name="P1">Ancien<draw:frame><draw:text-box><text:p>Encadré</text:p></draw:text-box></draw:frame></text:p>`, "Encadré", true},
	} {
		x, err := ODTExtractor{}.Extract(t.Context(), Input{Name: "a.odt", Bytes: packParts(t, "-- mimetype --\napplication/vnd.oasis.opendocument.text\n-- content.xml --\n"+
			`<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"><office:automatic-styles>`+
			styles+`</office:automatic-styles><office:body><office:text><text:p>Début.</text:p>`+c.body+`</office:text></office:body></office:document-content>`)})
		if err != nil {
			t.Fatal(err)
		}
		got := strings.TrimSpace(strings.TrimPrefix(x.Sections[0].Text, "Début."))
		struck := len(x.Notes) == 1 && x.Notes[0].Code == noteStruck
		if got != c.want || struck != c.struck {
			t.Errorf("%s\ngot  %q, noted %v\nwant %q", c.body, got, struck, c.want)
		}
	}
}
