// A repository of 100 GB costs what its metadata costs.
using System.Globalization;
using System.Text;
using Assay.Hub.Bundles;
using Assay.Hub.Targets;
using Assay.Hub.Tests.Builders;
using Assay.Hub.Tests.Server;

namespace Assay.Hub.Tests.Bundles;

public sealed class SparseRepositoryTests
{
    private const int Shards = 30;
    private const long ShardSize = 3_400_000_000;

    /// <summary>30 shards of 3.4 GB with 24 tensors each, their index, configuration, a tokenizer and code.</summary>
    internal static TestFile[] Files()
    {
        List<TestFile> files = [];
        StringBuilder index = new("""{"metadata":{"total_size":102000000000},"weight_map":{""");
        for (int shard = 0; shard < Shards; shard++)
        {
            const int Tensors = 24;
            string name = string.Create(CultureInfo.InvariantCulture, $"model-{shard + 1:D5}-of-{Shards:D5}.safetensors");
            StringBuilder header = new("{");
            for (int tensor = 0; tensor < Tensors; tensor++)
            {
                string key = string.Create(CultureInfo.InvariantCulture, $"model.layers.{shard}.part{tensor}.weight");
                long size = ShardSize / Tensors;
                header.Append(CultureInfo.InvariantCulture, $$"""{{(tensor > 0 ? "," : "")}}"{{key}}":{"dtype":"U8","shape":[{{size}}],"data_offsets":[{{tensor * size}},{{(tensor + 1) * size}}]}""");
                index.Append(CultureInfo.InvariantCulture, $$"""{{(shard + tensor > 0 ? "," : "")}}"{{key}}":"{{name}}" """);
            }

            byte[] text = Encoding.UTF8.GetBytes(header.Append('}').ToString());
            files.Add(TestFile.Sparse(name, 8L + text.Length + (ShardSize / Tensors * Tensors), (0, [.. BitConverter.GetBytes((long)text.Length), .. text])));
        }

        files.Add(TestFile.Plain("model.safetensors.index.json", index.Append("}}").ToString()));
        files.Add(TestFile.Plain("config.json", """{"model_type":"odd","architectures":["Odd"],"auto_map":{"AutoConfig":"configuration_odd.OddConfig","AutoModelForCausalLM":"modeling_odd.Odd"}}"""));
        files.Add(TestFile.Plain("generation_config.json", """{"do_sample":true,"temperature":0.6}"""));
        files.Add(TestFile.Plain("tokenizer_config.json", """{"chat_template":"{{ messages }}","model_max_length":4096}"""));
        files.Add(TestFile.Large("tokenizer.json", Encoding.UTF8.GetBytes("""{"version":"1.0","model":{"type":"BPE","vocab":{""" + string.Join(',', Enumerable.Range(0, 20_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"\"t{i}\":{i}"))) + "},\"merges\":[]}}")));
        files.Add(TestFile.Plain("configuration_odd.py", "from transformers import PretrainedConfig\n\n\nclass OddConfig(PretrainedConfig):\n    model_type = 'odd'\n"));
        files.Add(TestFile.Plain("modeling_odd.py", "import torch\nfrom transformers import PreTrainedModel\nfrom .configuration_odd import OddConfig\n\n\nclass Odd(PreTrainedModel):\n    config_class = OddConfig\n\n    def forward(self, x):\n        return torch.relu(x)\n"));
        files.Add(TestFile.Plain("README.md", "# Odd\n"));
        files.Add(TestFile.Plain("LICENSE", "Apache-2.0\n"));
        files.Add(TestFile.Plain(".gitattributes", "*.safetensors filter=lfs\n"));
        return [.. files];
    }

    [Fact]
    public async Task AHundredGigabytesCostTenMegabytesAndSixtyRequests()
    {
        await using TestHub hub = await TestHub.StartAsync();
        hub.Add("org/large").Commit("main", Files());
        HubOptions options = Hubs.Options(hub);
        using RemoteBundle bundle = await RemoteBundle.OpenAsync(RemoteTarget.Parse("hf://org/large", options), options, TestContext.Current.CancellationToken);
        Judged judged = await Judged.OfAsync(bundle);
        Assert.InRange(bundle.TotalBytes, 100_000_000_000, 110_000_000_000);
        Assert.True(judged.Whole.StartsWith("Passed", StringComparison.Ordinal), string.Join('\n', judged.Files.Select(f => f.Key + ": " + f.Value)));
        string asked = string.Join('\n', hub.Log.All);
        Assert.True(hub.Log.Count <= 60, asked);
        Assert.True(hub.Log.Sent <= 10_000_000, $"{hub.Log.Sent} bytes:\n{asked}");
        Assert.Equal(hub.Log.Count, bundle.Requests);
        (await Judged.OfAsync(new LocalBundle(Files()))).Equals("org/large", judged);
    }
}
