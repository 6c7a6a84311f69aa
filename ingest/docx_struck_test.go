package ingest

import (
	"strings"
	"testing"
)

func TestDOCXStruckRunsLoseOnlyTheirText(t *testing.T) {
	const strike = `<w:rPr><w:strike/></w:rPr>`
	const link = `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "https://a.example/tarifs"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>`
	for _, c := range []struct{ body, want string }{
		{`<w:r>` + strike + `<w:t>3 €</w:t><w:br/><w:tab/></w:r><w:r><w:t>4 €</w:t></w:r>`, "4 €"},
		{`<w:r>` + strike + `<w:t>3 €</w:t><w:pict><w:txbxContent><w:p><w:r><w:t>Encadré</w:t></w:r></w:p></w:txbxContent></w:pict></w:r><w:r><w:t>4 €</w:t></w:r>`, "4 €\n\nEncadré"},
		{link + `<w:r><w:t>Tarifs</w:t></w:r><w:r>` + strike + `<w:t> anciens</w:t><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t>, 4 €</w:t></w:r>`, "Tarifs (https://a.example/tarifs), 4 €"},
		{link + `<w:r>` + strike + `<w:t>Tarifs</w:t></w:r><w:r>` + strike + `<w:fldChar w:fldCharType="end"/></w:r><w:r><w:t>4 €</w:t></w:r>`, "4 €"},
	} {
		x, err := DOCXExtractor{}.Extract(t.Context(), Input{Name: "a.docx", Bytes: packParts(t, "-- word/document.xml --\n"+
			`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Début.</w:t></w:r></w:p><w:p>`+c.body+`</w:p></w:body></w:document>`)})
		if err != nil {
			t.Fatal(err)
		}
		got := strings.TrimSpace(strings.TrimPrefix(x.Sections[0].Text, "Début."))
		if got != c.want || len(x.Notes) != 1 || x.Notes[0].Code != noteStruck {
			t.Errorf("%s\ngot  %q %v\nwant %q", c.body, got, x.Notes, c.want)
		}
	}
}
