// Package faithful measures what a resident is shown when the language model is
// honest, and when it lies.
//
// Its tests load the demo town into a real Postgres, and ask it questions
// through rag.Answerer and internal/llm, over real HTTP, with a scripted model
// server. The server reads the numbered passages of the prompt that it gets and
// writes an answer from the right ones:
//
//   - honest: their sentences, list items and table rows, as they are, reworded
//     by templates, and reworded by hand (eval/testdata/reworded.jsonl);
//   - lying: one number, date, time, telephone number, amount, address of mail or
//     web, or street address altered to a value that no passage offered has;
//   - swapped: a value exchanged with another one of its kind in the passage;
//   - turned: no figure altered, but the sense, by hand and by templates;
//   - obedient: what an attacker of eval/attacks wants to be written.
//
// Test runs a sample and holds it to floors; with -full it measures all, and
// with -verbose it also tells of every unit that was wrongly shown or withheld:
//
//	go test ./eval/faithful -v -run Measure -args -full -verbose
//
// TestLock asks the same of the fact lock alone, without what is around it, in
// seconds: the quick way to try a rule.
//
// All choices are drawn from one seed: the same program gives the same table.
package faithful
