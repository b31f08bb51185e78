// Files of Keras written as Keras writes them, with whatever configuration a test asks for.
using System.Text.Json.Nodes;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Keras;

/// <summary>Files of Keras.</summary>
internal static class KerasFiles
{
    /// <summary>An ordinary layer.</summary>
    public const string Dense = """{"module":"keras.layers","class_name":"Dense","config":{"name":"dense","units":4,"activation":"relu","kernel_initializer":{"module":"keras.initializers","class_name":"GlorotUniform","config":{"seed":null},"registered_name":null}},"registered_name":null,"build_config":{"input_shape":[null,3]}}""";

    /// <summary>The code of <c>lambda x: x * 2 + 1</c> and of one that calls os.system, as CPython 3.11 marshals it.</summary>
    public static string CodeOf(string source) => Convert.ToBase64String(CPython.Run($"import marshal,sys\nsys.stdout.buffer.write(marshal.dumps([c for c in compile({Quoted(source)},'x','exec').co_consts if hasattr(c,'co_code')][0]))"));

    /// <summary>A function that starts a program; nothing runs it here.</summary>
    public const string Harmful = "def f(x):\n import os\n os.system('id')\n return x";

    /// <summary>A function that computes.</summary>
    public const string Harmless = "def f(x):\n return x * 2 + 1";

    /// <summary>A sequential model of Keras 3 with these layers.</summary>
    public static string Model(params string[] layers) =>
        $$$$"""{"module":"keras","class_name":"Sequential","config":{"name":"s","layers":[{{{{string.Join(",", layers)}}}}]},"registered_name":null,"compile_config":{"optimizer":{"module":"keras.optimizers","class_name":"Adam","config":{"learning_rate":0.001,"epsilon":1e-07},"registered_name":null},"loss":"mse"}}""";

    /// <summary>A Lambda layer of Keras 3.</summary>
    public static string Lambda(string code) =>
        $$$$"""{"module":"keras.layers","class_name":"Lambda","config":{"name":"l","function":{"class_name":"__lambda__","config":{"code":"{{{{code}}}}","defaults":null,"closure":null}},"arguments":{}},"registered_name":null}""";

    /// <summary>A Lambda layer of Keras 2.</summary>
    public static string LegacyLambda(string code) =>
        $$$$"""{"class_name":"Lambda","config":{"name":"l","function":["{{{{code}}}}",null,null],"function_type":"lambda","module":"__main__","output_shape":null,"output_shape_type":"raw","arguments":{}}}""";

    /// <summary>A layer that gets a function by its module and name.</summary>
    public static string Function(string module, string name) =>
        $$$$"""{"module":"keras.layers","class_name":"Activation","config":{"name":"a","activation":{"module":"{{{{module}}}}","class_name":"function","config":"{{{{name}}}}","registered_name":"{{{{name}}}}"}},"registered_name":null}""";

    /// <summary>An object of a class.</summary>
    public static string Of(string? module, string name, string config, string? registered = null) =>
        new JsonObject { ["module"] = module, ["class_name"] = name, ["config"] = JsonNode.Parse(config), ["registered_name"] = registered }.ToJsonString();

    /// <summary>A .keras file with a configuration and further members; its weights are an archive of no arrays.</summary>
    public static byte[] Zip(string config, params (string Name, byte[] Content)[] more) => Zip(System.Text.Encoding.UTF8.GetBytes(config), more);

    /// <summary>The same with a configuration as bytes.</summary>
    public static byte[] Zip(byte[] config, params (string Name, byte[] Content)[] more)
    {
        ZipBuilder zip = new ZipBuilder().Add("metadata.json", """{"keras_version":"3.4.1","date_saved":"2026-01-01@00:00:00"}""").Add("config.json", config);
        foreach ((string name, byte[] content) in more)
            zip.Add(name, content);

        return zip.Build();
    }

    private static string Quoted(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
