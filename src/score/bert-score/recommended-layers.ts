/**
 * The layer whose BERTScore agreed best with human judgement, per model: Pearson correlation on WMT16 to-English (segment level),
 * as measured by the authors of BERTScore. Source: `model2layers` in bert_score 0.3.12 (bert_score/utils.py); here those encoders
 * that can be cut at a layer. Layers count from 1; 0 would be the embeddings.
 */
const RECOMMENDED_LAYERS: Readonly<Record<string, number>> = {
  "bert-base-uncased": 9,
  "bert-large-uncased": 18,
  "bert-base-cased-finetuned-mrpc": 9,
  "bert-base-multilingual-cased": 9,
  "bert-base-chinese": 8,
  "roberta-base": 10,
  "roberta-large": 17,
  "roberta-large-mnli": 19,
  "xlm-roberta-base": 9,
  "xlm-roberta-large": 17,
  "distilroberta-base": 5,
  "distilbert-base-uncased": 5,
  "distilbert-base-uncased-distilled-squad": 4,
  "distilbert-base-multilingual-cased": 5,
  "mpnet-base": 8,
  scibert_scivocab_uncased: 8,
  scibert_scivocab_cased: 9,
  "electra-small-discriminator": 11,
  "electra-base-discriminator": 9,
  "electra-large-discriminator": 14,
  "spanbert-base-cased": 8,
  "spanbert-large-cased": 17,
  "bertweet-base": 9,
  finbert: 10,
  "sup-simcse-bert-base-uncased": 10,
  "sup-simcse-bert-large-uncased": 18,
  "sup-simcse-roberta-base": 10,
  "sup-simcse-roberta-large": 16,
  "deberta-base": 9,
  "deberta-base-mnli": 9,
  "deberta-large": 16,
  "deberta-large-mnli": 18,
  "deberta-xlarge": 18,
  "deberta-xlarge-mnli": 40,
};

/** The recommended layer of a model, named with or without its owner (`microsoft/mpnet-base`, `mpnet-base`). */
export function recommendedLayer(model: string): number | undefined {
  const name = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
  return Object.hasOwn(RECOMMENDED_LAYERS, name) ? RECOMMENDED_LAYERS[name] : undefined;
}
