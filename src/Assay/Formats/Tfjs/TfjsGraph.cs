// The operators of a graph model of TensorFlow.js.
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;
using Assay.Formats.TensorFlow;

namespace Assay.Formats.Tfjs;

/// <summary>
/// The topology of a graph model is TensorFlow's <c>GraphDef</c> as JSON: nodes with their operators, those of functions in a library. What reads it with TensorFlow runs all of
/// them; TensorFlow.js those that it knows.
/// </summary>
internal static class TfjsGraph
{
    private const int MaxDepth = 1000;

    /// <summary>Says which operators the nodes of a topology use; nothing where it has no nodes.</summary>
    public static void Tell(ReadContext context, ByteRange topology)
    {
        JsonTokenReader json = new(context.Artifact.Bytes, topology, context.Budget, MaxDepth);
        TensorFlowOperators operators = new();
        HashSet<string> functions = new(StringComparer.Ordinal);
        List<string> keys = [];
        try
        {
            while (json.Read())
            {
                if (json.Type != JsonTokenType.PropertyName)
                    continue;

                int depth = json.Depth;
                if (keys.Count > depth)
                    keys.RemoveRange(depth, keys.Count - depth);

                while (keys.Count < depth)
                    keys.Add("");

                string key = json.LooseText();
                keys.Add(key);
                if (key is not ("op" or "name"))
                    continue;

                // The key is that of an object in a list, which stands under a key of its own.
                string holder = "";
                for (int i = depth - 1; i >= 0 && holder.Length == 0; i--)
                    holder = keys[i];

                long at = json.Offset;
                if (!json.Read() || json.Type != JsonTokenType.String)
                    continue;

                if (key == "op" && holder is "node" or "nodeDef" or "node_def")
                    operators.Add(json.LooseText(), at, []);
                else if (key == "name" && holder == "signature")
                    functions.Add(json.LooseText());
            }
        }
        catch (MalformedException)
        {
            // Where the document breaks is said by whoever reads it as a whole.
        }

        operators.Tell(context, functions);
    }
}
