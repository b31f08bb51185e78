// The many roots under which Keras has been published.
namespace Assay.Formats.Keras;

/// <summary>The many roots under which Keras has been published: they hold the same things.</summary>
internal static class KerasNames
{
    private static readonly string[] s_roots = ["tensorflow.python.keras", "tensorflow.keras", "tensorflow.compat.v1.keras", "tensorflow.compat.v2.keras", "tf_keras", "keras_core", "keras.api._v2.keras", "keras.api._v1.keras", "keras.api", "keras"];

    /// <summary>The module as Keras 3 calls it; a configuration without one means what Keras has under the name.</summary>
    public static string Canonical(string module)
    {
        if (module.Length == 0)
            return "keras.layers";

        foreach (string root in s_roots)
        {
            if (module == root)
                return "keras";

            if (module.StartsWith(root, StringComparison.Ordinal) && module[root.Length] == '.')
                return "keras" + Inner(module[root.Length..]);
        }

        return module;
    }

    /// <summary>What lies under <c>src</c> is what is exported without it.</summary>
    private static string Inner(string rest) => rest is ".src" ? "" : rest.StartsWith(".src.", StringComparison.Ordinal) ? rest[4..] : rest;
}
