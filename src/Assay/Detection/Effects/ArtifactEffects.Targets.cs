// Judges states that go into what is no object of the file's own.
using Assay.Artifacts;
using Assay.Effects;

namespace Assay.Detection.Effects;

internal sealed partial class ArtifactEffects
{
    private const int MostGiven = 512;

    /// <summary>A state for what a callable gave back of which it is not known what that is: any object that it got, or one of a class of which nothing is known.</summary>
    private void GivenBack(ValueShape given, ValueShape state, CallableFact fact)
    {
        UseContext at = new UseContext(fact).Through(given.Text);
        Stack<ValueShape> open = new(given.Items);
        for (int seen = 0; seen < MostGiven && open.TryPop(out ValueShape? value); seen++)
        {
            if (_scope.Meanings.Of(value) is Meaning.Instance got)
                _judge.States.Put(got, value, state, at);
            else if (value.Kind is ShapeKind.Import && _scope.IsForeignValue(value.Text))
                _scope.Say(Judgements.ModuleState, value.Text, fact, "", "", "", given.Text);

            foreach (ValueShape item in value.Items)
                open.Push(item);
        }

        if (_scope.Names.Of(given.Text) is { Entry: { IsDerived: false, Returns.Kind: ReturnKind.Unknown } })
            _judge.States.Put(KnownPath.None, null, state, at);
    }

    /// <summary>
    /// Whether an object was made over something that a module has and that is neither class nor function, such as its dictionary: a view of it writes there what is put into the view.
    /// </summary>
    /// <param name="target">The object.</param>
    /// <param name="isNew">Whether the state of the object comes into it just now, so that it was not made over that.</param>
    private bool IsOverForeign(ValueShape? target, bool isNew = false)
    {
        Stack<ValueShape> open = new(target is not null && _scope.Meanings.Of(target) is Meaning.Instance ? [target] : []);
        for (int seen = 0; seen < MostSinks && open.TryPop(out ValueShape? value); seen++)
        {
            if (value.Kind is ShapeKind.Import && _scope.IsForeignValue(value.Text))
                return true;

            foreach (ValueShape part in value.Items)
                open.Push(part);

            // A state goes into the dictionary of its object, unless it brings another dictionary for it.
            if (value.State is not { } state || (isNew && ReferenceEquals(value, target) && !BringsDictionary(state)))
                continue;

            foreach (ValueShape part in state.Kind is ShapeKind.Dict ? state.Items : state.Items.Append(state))
                open.Push(part);
        }

        return false;
    }

    private static bool BringsDictionary(ValueShape state) => (state.Kind is ShapeKind.Tuple ? state.Items : [state]).Any(p => MeaningReader.Entry(p, "__dict__") is not null);
}
