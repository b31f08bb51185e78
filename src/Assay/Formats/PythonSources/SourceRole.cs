// What starts a file of source: which of its functions frameworks call by their names.
namespace Assay.Formats.PythonSources;

/// <summary>What starts the functions of a file of source.</summary>
/// <param name="File">The name of the file, without folders.</param>
/// <param name="Folder">The name of the folder that it lies in; empty where it lies in none.</param>
internal readonly record struct SourceRole(string File, string Folder)
{
    /// <summary>The role of a file of that name.</summary>
    public static SourceRole Of(string name)
    {
        string[] parts = name.Split('/', '\\');
        return new SourceRole(parts[^1], parts.Length > 1 ? parts[^2] : "");
    }

    /// <summary>When a function runs that stands in no class and that nobody in the file calls.</summary>
    public string PhaseOf(string function) =>
        function is "__getattr__" or "__dir__" ? "import"
        // transformers runs custom_generate/generate.py in the place of its own loop; torch.hub calls what hubconf.py defines; a service of Azure begins with the init of score.py.
        : function is "generate" && File is "generate.py" && Folder is "custom_generate" ? "infer"
        : function is "init" or "run" && File is "score.py" ? (function is "init" ? "load" : "infer")
        : function is "load" && File is "__init__.py" ? "load"
        : File is "hubconf.py" && !function.StartsWith('_') ? "load"
        : SourceNames.IsBuildHook(function) ? "install"
        : SourceNames.IsUseMethod(function) && SourceNames.IsEntry(function) ? "infer"
        : SourceNames.IsEntry(function) ? "load" : "call";
}
