import { Document, isCollection, isMap, isPair, isScalar, visit } from 'yaml';
import type { WriteYaml } from '../../application/blueprint-port.ts';

/** Small collections of plain values stand on one line, as a person would write them. */
export const writeYaml: WriteYaml = (value) => {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Collection(_, node) {
      if (node === document.contents || node.items.length === 0) return;
      const plain = node.items.every((item) => isScalar(isPair(item) ? item.value : item));
      const inList = !isMap(node) || node.items.every((item) => !isCollection(item));
      if (plain && inList && JSON.stringify(node).length <= 90) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 120, flowCollectionPadding: true });
};
