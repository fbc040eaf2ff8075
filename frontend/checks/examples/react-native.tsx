// Stand-ins for what of React Native the example for Expo uses, as elements of a page.
import { Fragment, type ReactNode } from "react";

export const View = "div";
export const SafeAreaView = "div";
export const Text = "p";
export const Image = ({ source }: { source: { uri: string } }) => <img src={source.uri} alt="" />;
export const Button = ({ title, onPress }: { title: string; onPress: () => void }) => (
  <button onClick={onPress}>{title}</button>
);
export const ActivityIndicator = () => <p>…</p>;

interface ListProps<Item> {
  data: readonly Item[];
  keyExtractor: (item: Item) => string;
  renderItem: (row: { item: Item }) => ReactNode;
  ListHeaderComponent: ReactNode;
  ListEmptyComponent: ReactNode;
}

export const FlatList = <Item,>({
  data,
  keyExtractor,
  renderItem,
  ListHeaderComponent,
  ListEmptyComponent,
}: ListProps<Item>) => (
  <>
    {ListHeaderComponent}
    {data.length === 0 && ListEmptyComponent}
    {data.map((item) => (
      <Fragment key={keyExtractor(item)}>{renderItem({ item })}</Fragment>
    ))}
  </>
);

export const alerts: string[] = [];
export const Alert = { alert: (text: string) => void alerts.push(text) };
export const opened: string[] = [];
export const Linking = { openURL: (url: string) => (opened.push(url), Promise.resolve()) };
export const AppState = { currentState: "active", addEventListener: () => ({ remove: () => {} }) };
