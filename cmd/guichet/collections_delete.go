package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"guichet/internal/english"
)

// deleteCollectionCommand is `guichet collections delete`.
func (a *app) deleteCollectionCommand() *cobra.Command {
	var n oneCollection
	var yes bool
	c := &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a collection with its documents and all its editions",
		Long: `Deletes the collection for good: residents are answered from what is left, at once.
Without --yes it only tells what would go. Stored conversations keep their sources.`,
		Example: "  guichet collections delete site --town my-town --yes",
		Args:    cobra.ExactArgs(1),
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		n.name = args[0]
		o, err := a.open(cmd)
		if err != nil {
			return err
		}
		defer o.close()
		collection, err := n.find(cmd, o)
		if err != nil {
			return err
		}
		editions, err := o.store.Editions(cmd.Context(), collection.ID, 1000)
		if err != nil {
			return err
		}
		documents := 0
		for _, e := range editions {
			if e.Published {
				documents = e.Documents
			}
		}
		what := fmt.Sprintf("collection %s, %s, %s", collection.Name,
			english.Count(documents, "published document"), english.Count(len(editions), "edition"))
		if !yes {
			return usageError{fmt.Errorf("this would delete %s: add --yes to do it", what)}
		}
		if err := o.store.DeleteCollection(cmd.Context(), collection); err != nil {
			return err
		}
		if err := o.followPublished(cmd.Context(), collection); err != nil {
			return err
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "Deleted: %s.\n", what)
		return err
	}
	c.Flags().StringVar(&n.town, "town", "", "slug of the town that owns the collection (default: it is shared)")
	c.Flags().BoolVar(&yes, "yes", false, "delete, and not only tell what would go")
	return c
}
