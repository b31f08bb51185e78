// Writes LightGBM's text models, with sizes that fit.
using System.Text;

namespace Assay.Tests.Formats.LightGbm;

/// <summary>A model as LightGBM 3.3 writes it.</summary>
internal static class LightGbmText
{
    public const string Tree = """
        num_leaves=3
        num_cat=1
        split_feature=1 0
        split_gain=138.409 13.4409
        threshold=0 340.50000000000006
        decision_type=9 2
        left_child=-1 -2
        right_child=1 -3
        leaf_value=0.56697267424823339 0.3584987837673016 0.41213915936587919
        leaf_weight=10 20 30
        leaf_count=200 341 459
        internal_value=0 -0.392018
        internal_weight=0 0
        internal_count=1000 800
        cat_boundaries=0 4
        cat_threshold=0 0 0 16
        is_linear=0
        shrinkage=1


        """;

    public static byte[] Of(string first, string second, Func<string, string>? head = null)
    {
        string[] trees = [$"Tree=0\n{first}\n", $"Tree=1\n{second}\n"];
        string start = $"""
            tree
            version=v3
            num_class=1
            num_tree_per_iteration=1
            label_index=0
            max_feature_idx=1
            objective=binary sigmoid:1
            feature_names=X1 X2
            feature_infos=[0:999] 1:0:3:100:-1
            tree_sizes={trees[0].Length} {trees[1].Length}


            """;
        string end = """
            end of trees

            feature_importances:
            X1=2
            X2=2

            parameters:
            [boosting: gbdt]
            [data: train.csv]
            end of parameters

            pandas_categorical:[["a", "b"]]

            """;
        return Encoding.UTF8.GetBytes((head?.Invoke(start) ?? start) + trees[0] + trees[1] + end);
    }
}
