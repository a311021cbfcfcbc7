/** A baseline file that the authors of BERTScore publish. */
export interface PublishedBaseline {
  readonly url: string;
  readonly sha256: string;
}

/** bert_score 0.3.12, the state of its repository in April 2024. */
const FOLDER =
  "https://raw.githubusercontent.com/Tiiiger/bert_score/19e7f551fe4fa43fdd07b8129ae947015b902b2d/bert_score/rescale_baseline/en";

/** sha256 of the English baseline files, by model. */
const SHA256: Readonly<Record<string, string>> = {
  "bert-base-uncased": "9539e348c9c52404718828dc2fdc5814d0833bb01bce6d7d90528d263386c5c6",
  "bert-large-uncased": "edbc75b724e57c433af97699e9b3a3904539a1760395f635806d7dad287e0243",
  "distilbert-base-uncased": "5e04b27ae3fe5e482a796535a7dc0d1db2330779ccd9d92daf1e41aa5758f4c2",
  "distilroberta-base": "208d5b2547bc41a1dbfb110f665c4ce38f0b90f7ce1d5c5fa30a25a4d779e1b4",
  "roberta-base": "90a03f2c741848f84c96639715c35c5d61503fae0c3a6339dc57965de34c073e",
  "roberta-large": "08e2248310d0c25d8e22ef65e0a6be15060269f1a9084e560c258f09a9e122ae",
  "roberta-large-mnli": "2ef3d727916d82f3b60dd8e7ac2f057b91278409d911254126261bbfd1ec2eb3",
  "xlm-roberta-base": "737e34ff027dea3d11983aa1cbc9aa649e4db8a39ff9718c683fd8102e107b3f",
  "xlm-roberta-large": "4c9a2c559d33f2534557b77d4631f7af214f73b5c2975b7bdb67fd6e73e4a85d",
  "microsoft/deberta-xlarge-mnli": "e9ea1c46dddcf57e19f6e6a57eabcfc38eefa85d4377b39e6b810741be9c2129",
};

/** The published English baseline of a model, named with or without its owner; undefined when there is none. */
export function publishedBaseline(model: string): PublishedBaseline | undefined {
  const bare = model.slice(model.lastIndexOf("/") + 1);
  const known = Object.entries(SHA256).find(
    ([name]) => name === model || name.slice(name.lastIndexOf("/") + 1) === bare,
  );
  return known && { url: `${FOLDER}/${known[0]}.tsv`, sha256: known[1] };
}
