package corpus

import "testing"

// What comes when there is no room stays, and what nobody asked for since it came goes
// first.
func TestRecentGivesASecondChance(t *testing.T) {
	const bytes = 100
	c := newRecent[int, int](10 * (bytes + recentOverhead))
	for i := range 10 {
		c.put(i, i, bytes)
	}
	for i := range 10 {
		if i != 3 {
			c.get(i)
		}
	}
	has := func(key int) bool { return c.byKey[key] != nil } // asks for nothing
	c.put(10, 10, bytes)
	if !has(10) || has(3) || !has(0) {
		t.Errorf("10: %v, 3: %v, 0: %v; want only 3 forgotten", has(10), has(3), has(0))
	}
	for i := range 9 {
		c.get(i)
	}
	c.get(9)
	c.get(10)
	c.put(11, 11, bytes)
	if !has(11) {
		t.Error("what came last was forgotten, since all the others had been asked for")
	}
	checkRecent(t, c)
}
