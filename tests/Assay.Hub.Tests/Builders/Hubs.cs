// Options for the test hub, and models to put on it.
using System.Buffers.Binary;
using System.Text;
using Assay.Hub.Http;
using Assay.Hub.Secrets;
using Assay.Hub.Tests.Server;
using Assay.Tests.Builders;

namespace Assay.Hub.Tests.Builders;

/// <summary>Options for the test hub, and models to put on it.</summary>
internal static class Hubs
{
    /// <summary>Options that trust both hosts of the test hub, and do not wait between attempts.</summary>
    public static HubOptions Options(TestHub hub, bool token = false) => new()
    {
        Endpoint = hub.Endpoint,
        Token = token ? new AccessToken(TestHub.Token) : null,
        PrivateHosts = new HashSet<string> { "localhost" },
        FirstPause = TimeSpan.FromMilliseconds(1),
        LongestPause = TimeSpan.FromMilliseconds(5),
    };

    /// <summary>A safetensors file whose one tensor takes <paramref name="bytes"/> bytes: its head, and its length.</summary>
    public static (byte[] Head, long Length) Safetensors(string tensor, long bytes)
    {
        byte[] header = Encoding.UTF8.GetBytes($$$"""{"{{{tensor}}}":{"dtype":"U8","shape":[{{{bytes}}}],"data_offsets":[0,{{{bytes}}}]}}""");
        byte[] head = new byte[8 + header.Length];
        BinaryPrimitives.WriteInt64LittleEndian(head, header.Length);
        header.CopyTo(head, 8);
        return (head, head.Length + bytes);
    }

    /// <summary>A whole safetensors file.</summary>
    public static byte[] SafetensorsFile(string tensor, int bytes)
    {
        (byte[] head, long length) = Safetensors(tensor, bytes);
        byte[] file = new byte[length];
        head.CopyTo(file, 0);
        for (int at = head.Length; at < file.Length; at++)
        {
            file[at] = (byte)(at * 31);
        }

        return file;
    }

    /// <summary>A pickle that calls a function of a module with one text.</summary>
    public static byte[] Pickle(string module, string name, string argument) =>
        PickleBuilder.Protocol(2).Call(module, name, argument).Stop().ToArray();

    /// <summary>A file of PyTorch with tensors of <paramref name="size"/> bytes, whose pickle is <paramref name="pickle"/>.</summary>
    public static byte[] Torch(byte[] pickle, int size = 4096) => new ZipBuilder()
        .Add("archive/data.pkl", pickle).Add("archive/byteorder", "little").Add("archive/data/0", new byte[size]).Add("archive/version", "3\n").Build();

    /// <summary>A pickle of a plain dictionary.</summary>
    public static byte[] Harmless { get; } = PickleBuilder.Protocol(2).Op(Assay.Pickle.Op.EMPTY_DICT).Stop().ToArray();

    /// <summary>A repository with something of everything: safetensors, pickles good and bad, code that is loaded and code that is not, configuration, what is no model.</summary>
    public static TestFile[] Everything { get; } =
    [
        TestFile.Plain("README.md", "# A model\n\nIt does nothing.\n"),
        TestFile.Plain(".gitattributes", "*.bin filter=lfs\n"),
        TestFile.Plain("config.json", """{"model_type": "odd", "architectures": ["Odd"], "auto_map": {"AutoModel": "modeling_odd.Odd"}}"""),
        TestFile.Plain("modeling_odd.py", "import os\nfrom .helpers import run\n\nclass Odd:\n    def __init__(self, config):\n        run('echo canary')\n"),
        TestFile.Plain("helpers.py", "import subprocess\n\ndef run(line):\n    return subprocess.call(line, shell=True)\n"),
        TestFile.Plain("tokenizer_config.json", """{"chat_template": "{{ messages }}", "model_max_length": 2048}"""),
        TestFile.Plain("empty.txt", ""),
        TestFile.Large("model.safetensors", SafetensorsFile("weight", 700_000)),
        TestFile.Large("pytorch_model.bin", Torch(Harmless, 900_000)),
        TestFile.Large("old/bad.pkl", Pickle("os", "system", "echo canary")),
        TestFile.Large("old/bad.bin", Torch(Pickle("builtins", "exec", "print('canary')"), 400_000)),
        TestFile.Large("archive.zip", new ZipBuilder().Add("inner/bad.pkl", Pickle("posix", "system", "echo canary"), 8).Add("readme.txt", "words").Build()),
        TestFile.Large("picture.png", Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")),
        TestFile.Large("broken.pt", Torch(Harmless, 300_000)[..200_000]),
    ];

    /// <summary>Writes files into a folder.</summary>
    public static void WriteTo(string folder, IEnumerable<TestFile> files)
    {
        foreach (TestFile file in files)
        {
            string path = Path.Join(folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, file.ToArray());
        }
    }
}
