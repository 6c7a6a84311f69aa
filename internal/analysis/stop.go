package analysis

// Function words, folded. They name nothing, whatever the corpus; words that
// are merely frequent are left to the statistics of the index.

const frenchElision = `l d j m t s n c qu jusqu lorsqu puisqu quoiqu quelqu presqu entr`

const frenchStop = `
a ai aie aient ait as au aucun aucune aurai auraient aurais aurait auras aurez
aurons auront aussi autre autres aux avaient avais avait avant avec avez aviez
avions avoir avons ayant ayez ayons c car ce ceci cela celle celles celui ces
cet cette ceux chez ci comme comment d dans de depuis des desquels donc dont du
duquel elle elles en entr entre es est et etaient etais etait etant ete etes
etiez etions etre eu eue eurent eux fait faire font fois furent fus fut ici il
ils j jai je jusqu jusque l la laquelle le lequel les lesquelles lesquels leur
leurs lorsqu lorsque lui m ma mais me meme memes mes mien mienne moi moins mon n
ne ni nos notre nous on ont or ou par parce pas pendant peu peut peuvent peux
plus pour pourquoi presqu puis puisqu puisque qu quand que quel quelle quelles
quelqu quelque quelques quels qui quoi quoiqu quoique s sa sans se sera serai
seraient serais serait seras serez serons seront ses si sien sienne soi soient
sois soit sommes son sont sous suis sur t ta tandis te tel telle telles tels tes
toi ton tous tout toute toutes tres tu un une va vers vos votre vous y
cest jai quil sil sagit vs via etc`

const englishStop = `
a about after all also am an and any are as at be because been before being but
by can could did do does doing for from had has have having he her here hers him
his how i if in into is it its just me might more most my no nor not of on only
or other our ours out over own s same she should so some such t than that the
their theirs them then there these they this those through to too under until up
us very was we were what when where which while who whom why will with would you
your yours`
