package rag

import "testing"

// What raises is not what lowers, what is advised or may be is not what must or
// will be, and an exception is not left out.
func TestSenseIsKept(t *testing.T) {
	judgeAll(t, "Règlement", []held{
		{"Le tarif plein est de 10 €.", []string{"Le plein tarif est de 10 €.", "Le tarif normal est de 10 €."}, []string{"Le tarif réduit est de 10 €."}},
		{"Le tarif réduit est de 10 €.", []string{"Le tarif réduit s'élève à 10 €."}, []string{"Le tarif plein est de 10 €.", "Le tarif normal est de 10 €."}},
		{"Une majoration de 10 % est appliquée au tarif de la cantine.", []string{"Le tarif de la cantine subit une majoration de 10 %.", "Un supplément de 10 % est appliqué au tarif de la cantine."},
			[]string{"Une remise de 10 % est appliquée au tarif de la cantine.", "Une réduction de 10 % est appliquée au tarif de la cantine.", "Un rabais de 10 % est appliqué au tarif de la cantine."}},
		{"Une remise de 10 % est accordée aux familles.", []string{"Une réduction de 10 % est accordée aux familles."}, []string{"Une majoration de 10 % est appliquée aux familles.", "Un supplément de 10 % est demandé aux familles."}},
		{"Le tarif augmente de 10 % en septembre.", []string{"En septembre, le tarif augmente de 10 %.", "Hausse de 10 % du tarif en septembre."}, []string{"Le tarif diminue de 10 % en septembre.", "Le tarif baisse de 10 % en septembre.", "Le tarif est réduit de 10 % en septembre."}},
		{"La caution minimum est de 100 €.", nil, []string{"La caution maximum est de 100 €.", "La caution maximale est de 100 €."}},
		{"Il est conseillé de prendre rendez-vous avec le service.", []string{"Il est recommandé de prendre rendez-vous avec le service.", "Vous pouvez prendre rendez-vous avec le service."},
			[]string{"Vous devez prendre rendez-vous avec le service.", "Il faut prendre rendez-vous avec le service.", "Le rendez-vous avec le service est obligatoire."}},
		{"Prenez rendez-vous avec le service.", []string{"Vous devez prendre rendez-vous avec le service.", "Il faut prendre rendez-vous avec le service."}, nil},
		{"Les baigneurs portent un bonnet.", []string{"Les baigneurs portent tous un bonnet."}, []string{"Les baigneurs doivent porter un bonnet."}},
		{"La mairie peut accorder une aide aux familles.", []string{"La mairie peut accorder une aide aux familles.", "Une aide peut être accordée aux familles par la mairie."},
			[]string{"La mairie accorde une aide aux familles.", "La mairie accordera une aide aux familles.", "Une aide est accordée aux familles par la mairie."}},
		{"Vous pouvez déposer votre dossier en mairie.", []string{"Déposez votre dossier en mairie.", "Le dossier se dépose en mairie."}, nil},
		{"Le guichet est ouvert tous les jours sauf le lundi.", []string{"Le guichet est ouvert tous les jours, sauf le lundi.", "Le guichet est ouvert tous les jours, à l'exception du lundi."},
			[]string{"Le guichet est ouvert tous les jours.", "Ouvert tous les jours."}},
		{"Le stationnement est gratuit, sauf le samedi.", []string{"Sauf le samedi, le stationnement est gratuit.", "Le stationnement est gratuit, hormis le samedi."}, []string{"Le stationnement est gratuit.", "Le stationnement est toujours gratuit."}},
		{"Le service est gratuit uniquement pour les habitants de plus de 65 ans.", []string{"Le service est gratuit pour les habitants de plus de 65 ans."}, []string{"Le service est gratuit.", "Le service est gratuit pour les habitants."}},
		{"La déchèterie est ouverte un samedi sur deux.", []string{"La déchèterie ouvre un samedi sur deux."}, []string{"La déchèterie est ouverte tous les samedis.", "La déchèterie est ouverte le samedi.", "La déchèterie est ouverte chaque samedi."}},
		{"L'article L. 211-1 du code rural s'applique aux chiens.", []string{"Le code rural s'applique aux chiens (article L. 211-1)."}, []string{"L'article L. 211-1 du code pénal s'applique aux chiens.", "L'article L. 211-1 du code de la route s'applique aux chiens."}},
		{"Les enfants doivent porter un bonnet.", []string{"Le port du bonnet est obligatoire pour les enfants."}, []string{"Les enfants peuvent porter un bonnet."}},
		{"L'entrée est payante le dimanche.", nil, []string{"L'entrée est gratuite le dimanche."}},
		{"Le dépôt se fait après la cérémonie.", nil, []string{"Le dépôt se fait avant la cérémonie."}},
		{"Seuls les habitants peuvent emprunter des livres.", []string{"Les habitants peuvent emprunter des livres."}, []string{"Tout le monde peut emprunter des livres."}},
		{"L'aide est versée seulement aux familles de trois enfants.", []string{"L'aide est versée aux familles de trois enfants."}, []string{"L'aide est versée aux familles."}},
		{"La mairie est ouverte du lundi au vendredi de 9 h à 17 h, sauf le mercredi.", []string{"Le mardi, la mairie est ouverte de 9 h à 17 h."}, []string{"La mairie est ouverte du lundi au vendredi de 9 h à 17 h."}},
		{"Les chiens sont interdits, excepté les chiens guides.", []string{"Les chiens sont interdits, sauf les chiens guides."}, []string{"Les chiens sont interdits.", "Tous les chiens sont interdits."}},
		{"La piscine peut être fermée en cas d'orage.", []string{"En cas d'orage, la piscine peut fermer."}, []string{"La piscine est fermée en cas d'orage.", "En cas d'orage, la piscine sera fermée."}},
		{"Le bus est gratuit pour tous le samedi.\n\nTicket : 1,20 € du lundi au samedi.", []string{"Le samedi, le bus est gratuit pour tous."}, []string{"Le bus est payant pour tous le samedi.", "Le bus est gratuit pour tous, sauf le samedi."}},
		{"Le dossier est signé par les deux époux.", nil, []string{"Le dossier est signé par un seul des époux."}},
		{"Le dépôt est facultatif.", nil, []string{"Le dépôt est obligatoire.", "Vous devez faire un dépôt."}},
	})
}
